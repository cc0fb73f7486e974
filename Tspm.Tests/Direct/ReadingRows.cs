using System.Globalization;
using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What only looks.</summary>
internal static class ReadingRows
{
    static readonly string Self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    public static readonly VerbRow[] All =
    [
        new("list")
        {
            Given = [Seeds.Web, "add 'sleep 200' --name api"],
            Asks = Methods.List,
            Out = ["web", "online", Seeds.FirstPid, "api", "stopped"],
            Json = ["0.name=web", "0.state=online", "0.pid=" + Seeds.FirstPid, "1.name=api", "1.pid=null"],
        },
        new("list") { When = "on a terminal", Given = [Seeds.Web], OnTerminal = true, Out = ["web", "online"] },
        new("list -w")
        {
            Given = [Seeds.Web], Asks = Methods.List, Out = ["ports", "11001", "sleep 100"], Json = ["0.ports.0=11001"],
        },
        new("list --state stopped -q") { Given = [Seeds.Web, "add 'sleep 200' --name api"], Out = ["api"] },
        new("list --sort name --columns name,id")
        {
            Given = [Seeds.Web, Seeds.Api], Out = ["name\tid", "api", "web"],
        },
        new("list --state errored")
        {
            When = "none is", Given = [Seeds.Web], Out = ["pid"], Err = ["errored", "tspm list"], Asks = Methods.List,
        },
        new("wait web") { Given = [Seeds.Web], Asks = Methods.List, Out = ["web: online"], Json = ["0.name=web"] },
        new("wait web api") { Given = [Seeds.Web, Seeds.Api], Out = ["web: online", "api: online"] },
        new("wait web --for stopped --timeout 1ms")
        {
            Given = [Seeds.Web], Code = 5, Err = ["web must be stopped and is online", "timed out after 1 ms"],
        },
        new("wait web") { When = "it is stopped", Given = [Seeds.Down], Code = 1, Err = ["web", "tspm why web"] },
        new("wait web --for stopped") { When = "it is stopped", Given = [Seeds.Down], Out = ["web: stopped"] },
        new("wait nobody") { Given = [Seeds.Web], Asks = Methods.Events, Error = ErrorCode.NoSuchProcess, Code = 3,
            Err = ["nobody"] },
        new("wait web --port 11001") { Given = [Seeds.Web], Asks = Methods.List, Out = ["web: listens on port 11001"] },
        new("wait web --port 80 --timeout 1ms") { Given = [Seeds.Web], Code = 5, Err = ["listen on port 80"] },
        new("wait web --for healthy") { Given = [Seeds.Web], Code = 1, Err = ["no health probe", "--health"] },
        new("wait web --for online --port 80") { Code = 2, Err = ["--for", "--port"] },
        new("wait web --for never") { Code = 2, Err = ["never", "healthy"] },
        new("wait web --port 65536") { Code = 2, Err = ["65536"] },
        new("wait") { Code = 2, Err = ["wait SELECTOR"] },
        new("list -f") { When = "in a pipe", Given = [Seeds.Web], Code = 2, Err = ["terminal", "tspm events -f"] },
        new("list") { When = "nothing is defined", Out = ["pid"], Err = ["tspm start"], Asks = Methods.List },
        new("list api") { Given = [Seeds.Web, Seeds.Api], Out = ["api"], Json = ["0.name=api"] },
        new("jlist") { Given = [Seeds.Web], Asks = Methods.List, Out = ["\"web\"", "\"online\""] },
        new("describe web")
        {
            When = "its health was not probed yet",
            Given = [Seeds.Web + " --health http://127.0.0.1:1/"],
            Asks = Methods.Describe,
            Out = ["health\tnot checked yet\n"],
        },
        new("describe web")
        {
            Given = [Seeds.Web + " --env TOKEN=hush"],
            Asks = Methods.Describe,
            Out = ["web", "online", "sleep", Seeds.FirstPid, "TOKEN"],
            Json = ["name=web", "config.command=sleep 100", "config.env.TOKEN=***", "tree.0.pid=" + Seeds.FirstPid],
        },
        new("describe web --show-env")
        {
            Given = [Seeds.Web + " --env TOKEN=hush"],
            Asks = Methods.Describe,
            Out = ["hush"],
            Json = ["config.env.TOKEN=hush"],
        },
        new("env web")
        {
            Given = [Seeds.Down + " --env PORT=81"],
            Asks = Methods.Env,
            Out = ["PORT=81"],
            Json = ["name=web", "instance=0", "env.PORT=81"],
        },
        new("env web")
        {
            When = "its env file is missing",
            Given = [Seeds.Down + " --env-file missing.env"],
            Asks = Methods.Env,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["missing.env"],
        },
        new("pid web")
        {
            Given = [Seeds.Web],
            Asks = Methods.List,
            Out = [Seeds.FirstPid],
            Json = ["0.name=web", "0.pid=" + Seeds.FirstPid],
        },
        new("pid web")
        {
            When = "it is stopped",
            Given = [Seeds.Down],
            Code = 1,
            Err = ["web", "stopped"],
            Json = ["0.pid=null"],
        },
        new("search SLEEP")
        {
            Given = [Seeds.Web, "add 'true' --name api"],
            Asks = Methods.Search,
            Out = ["web"],
            Json = ["0.name=web"],
        },
        new("search xyzzy") { Given = [Seeds.Web], Asks = Methods.Search, Out = ["pid"], Err = ["xyzzy"] },
        new("status")
        {
            Given = [Seeds.Web],
            Asks = Methods.Status,
            Out = ["running", Self, "900", "1 online", "none"],
            Json = ["running=true", "guardianPid=900", "processes.online=1", "processes.errored=0", "pid=" + Self],
        },
        new("metrics")
        {
            Given = [Seeds.Web],
            Asks = Methods.Metrics,
            Out = ["tspm_process_up", "web", "# EOF"],
            Json = ["text~tspm_process_up"],
        },
        new("metrics --format prometheus") { Asks = Methods.Metrics, Out = ["tspm_processes"] },
        new("metrics --format xml") { Code = 2, Err = ["xml"] },
        new("monit --once") { Given = [Seeds.Web], Asks = Methods.List, Out = ["tspm ", "1 online", "● web"] },
        new("monit --tab nonsense") { Code = 2, Err = ["logs, why, info"] },
        new("monit") { Code = 2, Err = ["tspm monit --once"] },
        new("ping") { Asks = Methods.Ping, Out = ["pong", Self], Json = ["pid=" + Self] },
        new("version")
        {
            Asks = Methods.Ping,
            Out = ["tspm " + ProductVersion.Current, "daemon " + ProductVersion.Current],
            Json = ["client=" + ProductVersion.Current, "daemon=" + ProductVersion.Current],
        },
        new("export config")
        {
            Given = [Seeds.Web + " --env TOKEN=hush", Seeds.Api],
            Asks = Methods.Describe,
            Out = ["\"web\"", "sleep 100", "hush", "\"api\""],
        },
        new("events web")
        {
            Given = [Seeds.Web, "stop web"],
            Asks = Methods.Events,
            Out = ["web", "online", "stopped", Seeds.FirstPid],
            Json = ["kind=started", "name=web", "pid=" + Seeds.FirstPid],
        },
        new("events --kind exited")
        {
            Given = [Seeds.Web],
            Before = static world => world.Exit("web", 3),
            Asks = Methods.Events,
            Out = ["web", "exited", "3"],
            Json = ["kind=exited", "exitCode=3"],
        },
        new("events --kind nonsense")
        {
            Asks = Methods.Events,
            Error = ErrorCode.InvalidParams,
            Code = 2,
            Err = ["nonsense"],
        },
        new("events -n 5") { When = "nothing has happened", Asks = Methods.Events, Err = ["tspm events"] },
        new("why web")
        {
            Given = [Seeds.Web],
            Before = static world =>
            {
                world.Print("web", "out of luck\n");
                world.Exit("web", 3);
            },
            Asks = Methods.Events,
            Out = ["web", "3", Seeds.FirstPid],
            Json = ["name=web"],
        },
    ];
}
