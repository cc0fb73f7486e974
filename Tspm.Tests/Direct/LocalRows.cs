using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What needs no daemon, and what is said when there is none.</summary>
internal static class LocalRows
{
    public static readonly VerbRow[] All =
    [
        new("ping") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm daemon start"] },
        new("monit --once") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm daemon start"] },
        new("wait web") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm daemon start"] },
        new("status")
        {
            When = "without a daemon",
            IsCold = true,
            Code = 4,
            Err = ["tspm daemon start"],
            Json = ["running=false", "pid=null"],
        },
        new("search x") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm daemon start"] },
        new("metrics") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm daemon start"] },
        new("stop web --no-auto-start")
        {
            When = "without a daemon",
            IsCold = true,
            Code = 4,
            Err = ["tspm daemon start"],
        },
        new("version") { When = "without a daemon", IsCold = true, Out = ["tspm " + ProductVersion.Current] },
        new("list") { When = "without a daemon", IsCold = true, Code = 4, Err = ["tspm start"], Json = [] },
        new("daemon start") { Asks = Methods.Hello, Out = ["daemon"] },
        new("daemon stop") { When = "without a daemon", IsCold = true, Out = ["no daemon"] },
        new("daemon upgrade @/nothing")
        {
            Asks = Methods.Upgrade,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["nothing"],
        },
        new("daemon upgrade @/script")
        {
            Before = static world => File.SetUnixFileMode(
                world.Write("script", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute),
            Asks = Methods.Upgrade,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["script"],
        },
        new("daemon sideways") { Code = 2, Err = ["sideways"] },
        new("kill") { When = "without a daemon", IsCold = true, Out = ["no daemon"], Err = ["tspm daemon stop"] },
        new("save") { Err = ["saved"] },
        new("resurrect") { Err = ["tspm daemon start"] },
        new("schema") { Out = ["\"processes\"", "$schema"] },
        new("completion bash") { Out = ["complete -F _tspm tspm"] },
        new("completion zsh") { Out = ["#compdef tspm"] },
        new("completion fish") { Out = ["complete -c tspm"] },
        new("completion powershell") { Out = ["Register-ArgumentCompleter"] },
        new("completion") { Code = 2, Err = ["bash", "zsh", "fish", "powershell", "tspm completion --help"] },
        new("completion tcsh") { Code = 2, Err = ["tcsh", "bash"] },
        new("help") { Out = ["start", "stop", "events"] },
        new("man") { Out = [".TH TSPM 1", ".SS \"tspm start "] },
        new("man web") { Code = 2, Err = ["web"] },
        new("help stop") { Out = ["stop SELECTOR"] },
        new("fly") { Code = 2, Err = ["fly"] },
        new("enable --print") { Out = ["daemon"], Err = ["tspm"] },
        new("validate @/tspm.json")
        {
            Files = [("tspm.json", """{"processes":[{"name":"web","command":"sleep 1"}]}""")],
            Out = ["tspm.json", "1 process"],
        },
        new("validate @/tspm.json")
        {
            When = "a field is unknown",
            Files = [("tspm.json", """{"processes":[{"name":"web","comand":"x"}]}""")],
            Code = 1,
            Err = ["comand", "command"],
        },
        new("import procfile @/Procfile")
        {
            Files = [("Procfile", "web: sleep 100\n")],
            Out = ["\"web\"", "sleep 100"],
            Leaves = "",
        },
        new("import nonsense") { Code = 2, Err = ["nonsense"] },
        new("export everything") { Code = 2, Err = ["everything"] },
    ];
}
