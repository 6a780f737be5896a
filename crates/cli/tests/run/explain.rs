//! Why something is reported, or is not.

use std::fs;

use crate::{code, run, stderr, stdout};

/// Ten values that are secrets, each with a reason that must be given. They are put together here, so that no line of
/// this file holds one.
fn kept() -> Vec<(String, &'static str)> {
    let random = ["kq7Zp2", "Lw9xVt", "4Rb1Nd", "8sQh3G"].concat();
    let hex = ["9f86d0", "81884c", "7d659a", "2feaa0", "c55ad0", "15"].concat();
    let human = ["Orchid", "-84-", "Engine"].concat();
    vec![
        (format!("password = \"{human}\""), "the name is that of a password"),
        (format!("DB_PASSWORD={random}"), "a word before it says what for"),
        (format!("\"client_secret\": \"{random}\""), "the value is random"),
        (format!("api_key: {hex}"), "the value is hexadecimal"),
        (format!("char password[32] = \"{human}\";"), "a person may have made the value up"),
        (format!("auth_token := \"{random}\""), "it is as long as keys are"),
        (format!("getenv(\"DB_PASSWORD\") || \"{human}\""), "it is a default"),
        (format!("<password>{human}</password>"), "it mixes"),
        (format!("tool --token {random}"), "it follows an option"),
        (format!("the password is {human}"), "it is part of a sentence"),
    ]
}

/// Ten that are none.
const DROPPED: [(&str, &str); 10] = [
    ("password = \"********\"", "the value is a placeholder"),
    ("password = os.environ[\"X\"]", "the value"),
    ("token_count = 123456789012", "a word after it makes the name that of something else"),
    ("primary_key = \"customer_identifier\"", "a word before it makes the name that of something else"),
    ("password = \"db_password\"", "the value is made of words"),
    ("secret = \"${VAULT_SECRET}\"", "the value refers to another"),
    ("password_hash = \"bcrypt\"", "a word after it makes the name that of something else"),
    ("key = \"/etc/ssl/private/server.key\"", "the value is a path"),
    ("password: Please enter your password", "the value"),
    ("token: \"null\"", "the value is a common word"),
];

#[test]
fn ten_that_are_kept_and_ten_that_are_dropped_have_their_reasons() {
    let place = tempfile::tempdir().expect("a directory");
    let file = place.path().join("settings.txt");
    for (line, reason) in kept() {
        fs::write(&file, format!("{line}\n")).expect("written");
        let output = run(place.path(), &["explain", "settings.txt"]);
        let text = stdout(&output);
        assert!(code(&output) == 0 && text.contains("reported, confidence"), "{line}\n{text}");
        assert!(text.contains(reason), "{line}\n{text}");
    }
    for (line, reason) in DROPPED {
        fs::write(&file, format!("{line}\n")).expect("written");
        let text = stdout(&run(place.path(), &["explain", "settings.txt"]));
        assert!(!text.contains("reported, confidence"), "{line}\n{text}");
        assert!(text.contains(reason) || text.contains("nothing here"), "{line}\n{text}");
    }
}

#[test]
fn no_secret_is_shown_and_a_line_can_be_chosen() {
    let place = tempfile::tempdir().expect("a directory");
    let secret = ["kq7Zp2", "Lw9xVt", "4Rb1Nd", "8sQh3G"].concat();
    let text = format!("x\npassword = \"{secret}\"\ntoken = \"{secret}\"\n");
    fs::write(place.path().join("a.ini"), text).expect("written");
    let all = stdout(&run(place.path(), &["explain", "a.ini"]));
    assert!(!all.contains(&secret[4..12]) && all.contains("a.ini:2") && all.contains("a.ini:3"), "{all}");
    let one = stdout(&run(place.path(), &["explain", "a.ini", "--line", "3"]));
    assert!(!one.contains("a.ini:2") && one.contains("a.ini:3"), "{one}");
    let shown = stdout(&run(place.path(), &["explain", "a.ini", "--show-secrets"]));
    assert!(shown.contains(&secret), "{shown}");
}

#[test]
fn a_directory_is_refused_with_the_way_out() {
    let place = tempfile::tempdir().expect("a directory");
    let output = run(place.path(), &["explain", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("keysieve scan"), "{}", stderr(&output));
}
