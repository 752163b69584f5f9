//! `samples` and `demo_env`.

#[test]
fn demo_settings_are_parsed() {
    let settings = testkit::demo_env();
    let value = |name: &str| {
        let setting = settings.iter().find(|(own, _)| own == name);
        setting.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("KOMMO_SECRET"), Some("demo-kommo-channel-secret"));
    assert_eq!(value("QIKCHAT_LOGIN"), Some("demo-user:demo-password"));
    assert_eq!(value("# They are public."), None);
}

#[test]
#[should_panic(expected = "cannot list")]
fn no_samples_are_a_failure() {
    testkit::samples("nobody");
}
