use super::*;

#[test]
fn a_launch_template_with_plain_text_is_found() {
    let files = memory(&[(
        "/main.tf",
        "variable \"idle\" {\n  default = \"0s\"\n}\nresource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(\"x=${var.idle}\")\n}\n",
    )]);
    let (groups, cx) = read(&files, "/");
    assert_eq!(groups.len(), 1);
    assert_eq!(&*groups[0].name, "aws_launch_template.w");
    let Step::UserData(text, _) = &groups[0].steps[0] else { panic!() };
    let plain = text.original(crate::text::Layer::Base64).unwrap();
    assert_eq!(plain.known_str(), Some("x=0s"));
    let trail = cx.texts.trail_of(&plain.slice(2..4)).unwrap();
    assert_eq!(cx.texts.slice(trail.origin()), b"0s");
}
