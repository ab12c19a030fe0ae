//! Calls of `Start-EKSBootstrap.ps1`.

use super::world::{As, group};
use crate::boot::run;
use crate::node::Cx;
use crate::text::Memory;

/// The streaming timeout set by the script and its line; otherwise `unknown`, `none` or `nothing`.
fn idle(script: &str) -> String {
    let text = format!("<powershell>\n{script}\n</powershell>\n");
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let group = group(&mut cx, None, false, As::UserData, &text);
    let booted = run(&group, &mut cx.boot());
    let Some(effective) = &booted[0].effective else { return "nothing".to_owned() };
    let field = effective.fields.iter().find(|f| f.field.name == "streamingConnectionIdleTimeout");
    let Some(field) = field else { return "none".to_owned() };
    if field.unknown.is_some() {
        return "unknown".to_owned();
    }
    let Some(winner) = &field.winner else { return "none".to_owned() };
    let line = cx.texts.place(cx.texts.trail(winner.at).origin()).start().line;
    format!("{} at {line}", winner.raw.to_text())
}

#[test]
fn calls_of_the_script() {
    const IDLE: &str = "--streaming-connection-idle-timeout";
    const FILE: &str = "[string]$EKSBootstrapScriptFile = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n";
    for (script, want) in [
        ("& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletExtraArgs 'IDLE=0'".to_owned(), "0 at 3"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs \"IDLE=0\" -EKSClusterName demo 3>&1 4>&1 5>&1 6>&1".to_owned(), "0 at 3"),
        ("& $EKSBOOTSTRAPSCRIPTFILE `\n  -EKSClusterName demo `\n  -kubeletextraargs 'IDLE=0'".to_owned(), "0 at 5"),
        ("& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletExtraArgs:'IDLE=0'".to_owned(), "0 at 3"),
        ("& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletEx 'IDLE=0'".to_owned(), "0 at 3"),
        ("$x = 'IDLE=0'\n& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletExtraArgs $x".to_owned(), "0 at 3"),
        ("$x = '0'\n& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletExtraArgs \"--v=2 IDLE=$x\"".to_owned(), "0 at 3"),
        ("$x = '0'\n& $EKSBootstrapScriptFile -KubeletExtraArgs \"IDLE=${x}s\"".to_owned(), "0s at 3"),
        ("$x = '--v=2 ' + 'IDLE=0'\n& $EKSBootstrapScriptFile -KubeletExtraArgs $x".to_owned(), "0 at 3"),
        ("$x = '--v=2'\n$x += ' IDLE=0'\n& $EKSBootstrapScriptFile -KubeletExtraArgs $x".to_owned(), "0 at 4"),
        ("$x = @('--v=2',\n 'IDLE=0') -join ' '\n& $EKSBootstrapScriptFile -KubeletExtraArgs $x".to_owned(), "0 at 4"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs ('--v=2 ' + 'IDLE=0')".to_owned(), "0 at 3"),
        ("$a = @{\n  EKSClusterName = 'demo'\n  KubeletExtraArgs = 'IDLE=0'\n}\n& $EKSBootstrapScriptFile @a".to_owned(), "0 at 5"),
        ("$a = @{ EKSClusterName = 'demo'; KubeletExtraArgs = \"IDLE=0\" }\n& $EKSBootstrapScriptFile @a".to_owned(), "0 at 3"),
        ("$x = @'\n--v=2\nIDLE=0\n'@\n& $EKSBootstrapScriptFile -KubeletExtraArgs $x".to_owned(), "0 at 5"),
        ("# & $EKSBootstrapScriptFile -KubeletExtraArgs 'IDLE=0'\n& $EKSBootstrapScriptFile -KubeletExtraArgs 'IDLE=5m'".to_owned(), "5m at 4"),
        ("<# -KubeletExtraArgs 'IDLE=0' #>\n& $EKSBootstrapScriptFile -EKSClusterName demo".to_owned(), "none"),
        ("try {\n  & $EKSBootstrapScriptFile -KubeletExtraArgs 'IDLE=0'\n} catch { Write-Host x }".to_owned(), "0 at 4"),
        ("if ($y) {\n  & $EKSBootstrapScriptFile -KubeletExtraArgs 'IDLE=0'\n}".to_owned(), "unknown"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs (Get-Content x)".to_owned(), "unknown"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs $nothing".to_owned(), "unknown"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs \"$(Get-Date) IDLE=0\"".to_owned(), "0 at 3"),
        ("[Environment]::SetEnvironmentVariable('KubeletExtraArgs', 'IDLE=0', 'Machine')\n& $EKSBootstrapScriptFile -EKSClusterName demo".to_owned(), "0 at 3"),
        ("[Environment]::SetEnvironmentVariable('KubeletExtraArgs', 'IDLE=0', 'Machine')\n& $EKSBootstrapScriptFile -KubeletExtraArgs 'IDLE=5m'".to_owned(), "5m at 4"),
        ("& \"C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName demo -KubeletExtraArgs 'IDLE=0'".to_owned(), "0 at 3"),
        ("powershell.exe -File Start-EKSBootstrap.ps1 -KubeletExtraArgs 'IDLE=0'".to_owned(), "0 at 3"),
        ("Test-Path $EKSBootstrapScriptFile\nWrite-Host 'IDLE=0'".to_owned(), "nothing"),
        ("& $EKSBootstrapScriptFile -KubeProxyExtraArgs 'IDLE=0'".to_owned(), "none"),
        ("& $EKSBootstrapScriptFile -KubeletExtraArgs 'say ''x'' IDLE=0'".to_owned(), "0 at 3"),
    ] {
        let text = format!("{FILE}{}", script.replace("IDLE", IDLE));
        assert_eq!(idle(&text), want, "{script}");
    }
}

#[test]
fn no_prefix_causes_a_panic() {
    let text = "$a = @{ k = @('x', \"y$($z)`n\") + (1) }\n$b = @\"\nq ${a}\n\"@\n<# #> & $f @a -x:$b `\n 'it''s' | % { }\n[Environment]::SetEnvironmentVariable('a', \"b\", 'Machine')\nif ($x) { try { } catch { } }";
    for end in 0..text.len() {
        idle(text.get(..end).unwrap_or_default());
    }
    for bomb in ["(", "@(", "@{a=", "\"$(", "{", "if {"] {
        idle(&bomb.repeat(5000));
    }
}
