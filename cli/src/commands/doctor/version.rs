//! The version of a deployment, from the stack's output `Version`, compared with the version of this program.

use super::finding::Finding;

/// The version of this program, which is also that of the template and the functions next to it.
const OWN: &str = env!("CARGO_PKG_VERSION");

const UPDATE: &str = "update the stack: docs/CHANGELOG.md has the changes, docs/operations.md the commands";

/// Compares the version of a deployment, if its stack has one, with the version of this program.
pub(super) fn check(deployed: Option<&str>) -> Finding {
    let Some(version) = deployed else {
        let found = "the stack has no output Version: it is from an earlier version, or its template was changed";
        return Finding::note("version", found).with_action(UPDATE);
    };
    let newer = || format!("install chathooks {version}: this program does not know what is new in it");
    match (numbers(version), numbers(OWN)) {
        _ if version == OWN => Finding::ok("version", format!("the stack is {version}, the same as this program")),
        (None, _) => Finding::note("version", format!("the stack's output Version is not a version: {version}")).with_action(UPDATE),
        (deployed, own) if deployed < own => {
            Finding::note("version", format!("the stack is {version}, older than this program, {OWN}")).with_action(UPDATE)
        }
        (deployed, own) if deployed > own => {
            Finding::note("version", format!("the stack is {version}, newer than this program, {OWN}")).with_action(newer())
        }
        _ => Finding::note("version", format!("the stack is {version}, and this program {OWN}")).with_action(newer()),
    }
}

/// Returns the three numbers of a version; what follows a `-` or `+` is ignored.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let core = version.split(['-', '+']).next()?;
    let numbers: Vec<u64> = core.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn another_version_has_an_action() {
        assert_eq!(check(Some(OWN)).level, Level::Ok);
        let [major, minor, patch] = numbers(OWN).expect("a version");
        for (deployed, found, action) in [
            (Some("0.0.9".to_owned()), "older than this program", "update the stack"),
            (Some(format!("{major}.{minor}.{}", patch + 1)), "newer than this program", "install chathooks"),
            (Some(format!("{major}.{}.0", minor + 10)), "newer than this program", "install chathooks"),
            (Some(format!("{OWN}-rc.1")), "and this program", "install chathooks"),
            (Some("\u{1b}[2Jlatest".to_owned()), "is not a version", "update the stack"),
            (None, "no output Version", "update the stack"),
        ] {
            let finding = check(deployed.as_deref());
            assert_eq!(finding.level, Level::Note);
            assert!(finding.found.contains(found), "{finding:?}");
            assert!(finding.action.is_some_and(|text| text.starts_with(action)), "{deployed:?}");
        }
    }
}
