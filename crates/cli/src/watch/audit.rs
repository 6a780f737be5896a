//! Batches that the API server of Kubernetes sends to an audit webhook: an EventList of `audit.k8s.io/v1`, whose events
//! become the lines that it would have written to a log file.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct EventList<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "apiVersion")]
    api_version: Option<String>,
}

/// What events in a list do not say, because the list does.
const HEAD: &str = "\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\"";

/// The events of a batch, one a line, as they were spelt.
pub(crate) fn lines(body: &[u8]) -> Result<Vec<u8>, ()> {
    let list: EventList<'_> = serde_json::from_slice(body).map_err(drop)?;
    let mut lines = Vec::with_capacity(body.len() + list.items.len() * HEAD.len());
    for item in list.items {
        let text = item.get();
        let head: Head = serde_json::from_str(text).map_err(drop)?;
        // Line ends of JSON stand between its words only.
        let line = text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        if head.api_version.is_some() {
            lines.extend(line);
        } else {
            let comma = if text[1..].trim_start() == "}" { "" } else { "," };
            lines.extend_from_slice(format!("{{{HEAD}{comma}").as_bytes());
            lines.extend(line.skip(1));
        }
        lines.push(b'\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_become_the_lines_of_a_log() {
        let text = |body: &str| lines(body.as_bytes()).map(|lines| String::from_utf8(lines).unwrap());
        let body = "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{\"a\":1.0,\n \"b\":{}},\
            {\"apiVersion\":\"audit.k8s.io/v1\"},{}]}";
        let expected = format!(
            "{{{HEAD},\"a\":1.0,  \"b\":{{}}}}\n{{\"apiVersion\":\"audit.k8s.io/v1\"}}\n{{{HEAD}}}\n"
        );
        assert_eq!(text(body), Ok(expected));
        assert_eq!(text("{\"items\":[]}"), Ok(String::new()));
        assert!(text("{}").is_err() && text("no JSON").is_err() && text("{\"items\":[1]}").is_err());
    }
}
