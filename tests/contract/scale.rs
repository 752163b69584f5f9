//! `docs/scale.md`: its tables and plots are what `bench/scale` makes of the benchmark's durations and of AWS's quotas, and the
//! model holds against closed forms.

use crate::python::run;

#[test]
fn the_page_has_what_the_simulation_makes() {
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
