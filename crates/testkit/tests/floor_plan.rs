//! The workspace keeps its floor plan.

use std::path::Path;
use std::process::Command;

use keysieve_testkit::FloorPlan;

#[test]
fn every_crate_uses_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .expect("cargo runs, because it runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let plan = FloorPlan::of_metadata(&output.stdout).expect("metadata");
    assert!(plan.packages.len() > 10 && plan.dependencies.len() > 10, "too few packages: {plan:?}");
    let breaches: Vec<String> = plan.breaches().iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}
