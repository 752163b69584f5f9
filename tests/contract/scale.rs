//! `docs/scale.md`: its tables and plots match what `bench/scale` computes from the benchmark's durations and AWS's
//! quotas, and the model agrees with closed-form solutions.

use crate::python::run;

#[test]
fn the_page_matches_the_simulation() {
    passes(&["bench/scale", "check"]);
}

#[test]
fn the_simulation_agrees_with_closed_forms() {
    passes(&["-m", "unittest", "discover", "--start-directory", "bench/scale"]);
}

fn passes(arguments: &[&str]) {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
