//! Startup: what is printed is true, and every command works as printed.

use std::process::Command;

use crate::gateway::{Gateway, finish};
use crate::rows::rows;

/// Runs each printed command with `sh -c` and these variables, and returns how many there were.
fn try_commands(gateway: &Gateway, variables: &[(&str, &str)]) -> usize {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_chathooks")).parent().expect("a folder").display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    let commands: Vec<&String> = gateway.banner.iter().filter(|line| line.starts_with("curl ")).collect();
    for command in &commands {
        let finished = finish(Command::new("sh").args(["-c", command]).env_clear().env("PATH", &path).envs(variables.iter().copied()));
        assert!(finished.stdout.starts_with("HTTP/1.1 200"), "{command}\n{}\n{}", finished.stdout, finished.stderr);
        let [arrived, answered] = gateway.arrows();
        assert!(arrived.contains(" message ") && arrived.contains("verified (key 0)"), "{arrived}");
        assert!(answered.starts_with("<-- [200] "), "{answered}");
    }
    assert_eq!(rows(&gateway.queue_file()).len(), commands.len());
    commands.len()
}

#[test]
fn every_command_works_with_the_demo_secrets() {
    let gateway = Gateway::start();
    let banner = gateway.banner.join("\n");
    for path in ["/kommo/{scope_id}", "/kommunicate/{channel}", "/kore/callback/{bot}", "/kore/chatbot/hooks/{bot}", "/qikchat/{channel}"] {
        assert!(banner.contains(&format!("{}{path}", gateway.origin)), "{path} is not in\n{banner}");
    }
    assert_eq!(banner.matches(": the demo secret").count(), 5, "{banner}");
    assert!(banner.contains(&gateway.queue_file().canonicalize().expect("a file").display().to_string()), "{banner}");
    assert!(!banner.contains('\x1b'), "colors are only for terminals");
    assert_eq!(try_commands(&gateway, &[]), 5);
}

#[test]
fn every_command_works_with_custom_secrets() {
    let variables = [
        ("KOMMO_SECRET", r#"{"shop one":["it's new","older"]}"#),
        ("KOMMUNICATE_TOKEN", "tök'en $HOME `id`"),
        ("KORE_ACCESS_TOKEN", "it's \"quoted\" \\ $(id)"),
        ("KORE_CLIENT", r#"{"st-1":"client:hush-hush","st-2":"other:hush-hush"}"#),
        ("QIKCHAT_LOGIN", "us'er:pass:word"),
    ];
    let gateway = Gateway::start_with(&variables);
    let banner = gateway.banner.join("\n");
    assert_eq!(banner.matches("your own, from the environment").count(), 5, "{banner}");
    // Not in base64 either: the shell reads secrets from the environment.
    for secret in ["it's new", "older", "tök", "quoted", "hush-hush", "pass:word", "eyJ", "dMO2aydl", "dXMnZXI6"] {
        assert!(!banner.contains(secret), "{secret} is in\n{banner}");
    }
    for variable in ["-u \"$QIKCHAT_LOGIN\"", "\"$KOMMUNICATE_TOKEN\"", "bearer $KORE_ACCESS_TOKEN\""] {
        assert!(banner.contains(variable), "{variable} is not in\n{banner}");
    }
    assert_eq!(try_commands(&gateway, &variables), 5);
}

#[test]
fn callers_without_a_token_can_be_accepted() {
    let gateway = Gateway::start_with(&[("KOMMUNICATE_ALLOW_UNAUTHENTICATED", "true")]);
    let banner = gateway.banner.join("\n");
    assert!(banner.contains("KOMMUNICATE_ALLOW_UNAUTHENTICATED: every caller is accepted"), "{banner}");
    let command = gateway.banner.iter().find(|line| line.contains("/kommunicate/demo'")).expect("its command");
    assert!(!command.contains("authentication"), "{command}");
    let finished = finish(Command::new("sh").args(["-c", command]));
    assert!(finished.stdout.starts_with("HTTP/1.1 200"), "{}", finished.stdout);
    assert!(gateway.arrows()[0].ends_with("accepted without a proof"));
}
