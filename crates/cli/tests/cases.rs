//! The command line, case by case: what is said, and with which exit code. The cases are files under `fixtures/cli`;
//! `TRYCMD=overwrite cargo test --test cases` writes what is said now.

#[test]
fn cases() {
    trycmd::TestCases::new().case("fixtures/cli/*.toml");
}
