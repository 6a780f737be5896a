//! Of a version of a file only what is new is scanned; the report is that of a scan of all of it.

use super::repository::{Repository, line, token};
use super::stdout;

/// A repository with many versions of a long file, in each of which something else moves, comes or goes, in one pack.
fn with_versions() -> Repository {
    let mut repository = Repository::new(&[]);
    let mut lines: Vec<String> =
        (0..600).map(|number| format!("word {number} = other({number});\n")).collect();
    for version in 0..40_usize {
        let at = version * 131 % lines.len();
        match version % 4 {
            0 => lines.insert(at, line(&format!("new-{version}"))),
            1 => drop(lines.remove(at)),
            2 => lines.rotate_left(60),
            _ => lines[at] = format!("key = \"{}\n", &token("cut")[..20]),
        }
        repository.write("src/settings.conf", lines.concat());
        repository.commit(&format!("version {version}"));
    }
    repository.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    repository
}

#[test]
fn the_versions_of_a_file_are_reported_as_if_each_were_scanned_in_full() {
    let repository = with_versions();
    let report = |more: &[&str]| {
        let fixed = ["git", "--format", "json", "--min-confidence", "low"];
        let output = super::run(&repository.root(), &[&fixed[..], more].concat());
        assert_eq!(super::code(&output), 1, "{}", super::stderr(&output));
        stdout(&output)
    };
    let full = report(&["--full-scan", "--threads", "1"]);
    assert!(full.matches("gitlab-pat").count() >= 10, "every one that was ever there is found");
    assert!(report(&["--threads", "1"]) == full);
    assert!(report(&["--threads", "3"]) == full);
}

#[test]
fn a_second_run_with_a_cache_counts_what_is_below_the_lowest_confidence_too() {
    let repository = with_versions();
    let cache = repository.beside("cache").display().to_string();
    let report =
        |more: &[&str]| stdout(&super::run(&repository.root(), &[&["git", "-f", "json"], more].concat()));
    let without = report(&[]);
    assert!(report(&["--cache", &cache]) == without);
    assert!(report(&["--cache", &cache]) == without, "the second run");
    let strict = report(&["--min-severity", "critical"]);
    assert!(report(&["--min-severity", "critical", "--cache", &cache]) == strict, "other floors");
}
