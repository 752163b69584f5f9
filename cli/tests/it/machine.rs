//! Output for machines and shells: JSON, completions, no color.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::gateway::{Gateway, chathooks, finish};

#[test]
fn samples_are_listed() {
    let all = finish(&mut chathooks(&["samples"]));
    let json: Vec<String> = serde_json::from_str(&finish(&mut chathooks(&["samples", "--json"])).stdout).expect("JSON");
    assert_eq!(all.stdout.lines().collect::<Vec<_>>(), json);
    let known: usize = ["kommo", "kommunicate", "kore", "qikchat"].map(|provider| testkit::samples(provider).len()).iter().sum();
    assert!(json.len() == known && json.contains(&"kommo/v2-text".to_owned()), "{json:?}");
    let kore = finish(&mut chathooks(&["samples", "kore"]));
    assert!(kore.stdout.lines().all(|name| name.starts_with("kore/")) && kore.code == Some(0));
    let none = finish(&mut chathooks(&["samples", "typo"]));
    assert_eq!((none.code, none.stdout.as_str()), (Some(1), ""));
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = finish(chathooks(&["samples"]).current_dir(folder.path()));
    assert_eq!((elsewhere.code, elsewhere.stdout), (Some(0), all.stdout), "the samples are built into the program");
}

#[test]
fn a_single_response_can_be_json() {
    let gateway = Gateway::start();
    for (arguments, code, status) in [(&[][..], 0, 200), (&["--tamper", "body"], 1, 401)] {
        let finished = finish(chathooks(&["send", "kommo/v2-text", "--json", "--to", &gateway.origin]).args(arguments));
        let json: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        assert_eq!((finished.code, json["answer"]["status"].as_u64()), (Some(code), Some(status)), "{json}");
        assert!(
            json["answer"]["duration_ms"].as_f64().is_some_and(|millis| millis > 0.0)
                && json["request"]["body_bytes"].as_u64() >= Some(806)
        );
    }
}

#[test]
fn color_is_for_terminals() {
    let colored = |variables: &[(&str, &str)]| {
        let finished = finish(chathooks(&["verify", "kommo/v2-text"]).envs(variables.iter().copied()));
        finished.stdout.contains('\x1b')
    };
    assert!(!colored(&[]));
    assert!(colored(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn completions_work_in_bash() {
    let script = finish(&mut chathooks(&["completions", "bash"]));
    assert_eq!(script.code, Some(0));
    let mut shell = Command::new("bash").arg("-s").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash starts");
    // The names of samples come from the program itself.
    let program = env!("CARGO_BIN_EXE_chathooks");
    let ask = format!(
        "{}\nCOMP_WORDS=({program} send --ta) COMP_CWORD=2\n_chathooks_with_samples {program} --ta send\necho \"${{COMPREPLY[@]}}\"\n\
         COMP_WORDS=({program} send kommo/v2-tex) COMP_CWORD=2\n_chathooks_with_samples {program} kommo/v2-tex send\necho \"${{COMPREPLY[@]}}\"\n\
         COMP_WORDS=({program} send --to kommo) COMP_CWORD=3\n_chathooks_with_samples {program} kommo --to\necho \"${{COMPREPLY[@]}}\"\n",
        script.stdout
    );
    shell.stdin.take().expect("stdin").write_all(ask.as_bytes()).expect("it reads");
    let answer = shell.wait_with_output().expect("it ended");
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let answers: Vec<&str> = answer.lines().collect();
    assert!(answers[0] == "--tamper" && answers[1].contains("kommo/v2-text") && !answers[2].contains("kommo/"), "{answers:?}");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = finish(&mut chathooks(&["completions", shell]));
        assert!(script.stdout.contains("tamper") && script.code == Some(0), "{shell}");
        let with_samples = script.stdout.contains("_chathooks_sample_or_file'") || script.stdout.contains("(chathooks samples)");
        assert_eq!(with_samples, matches!(shell, "zsh" | "fish"), "{shell}");
    }
    let unknown = finish(&mut chathooks(&["completions", "hush"]));
    assert!(unknown.code == Some(2) && unknown.stderr.contains("possible values: bash"), "{}", unknown.stderr);
}
