using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What ends and renews children.</summary>
internal static class EndRows
{
    public static readonly VerbRow[] All =
    [
        new("stop web")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Stop,
            Out = ["web", "stopped"],
            Json = ["success=true", "processes.0.state=stopped", "processes.0.unchanged=false"],
            Leaves = "web:0 stopped, api:0 online",
        },
        new("stop web")
        {
            When = "it is stopped",
            Given = [Seeds.Down],
            Asks = Methods.Stop,
            Out = ["web", "already", "stopped"],
            Json = ["success=true", "processes.0.unchanged=true"],
        },
        new("stop web")
        {
            When = "the disk is full",
            Given = [Seeds.Web],
            DiskIsFull = true,
            Asks = Methods.Stop,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("stop deaf")
        {
            When = "it has to be killed",
            Given = [Seeds.Deaf],
            Asks = Methods.Stop,
            Out = ["deaf", "stopped"],
            Err = ["deaf", "killed", "5"],
            Json = ["processes.0.state=stopped", "processes.0.warning~killed"],
            Leaves = "deaf:0 stopped",
        },
        new("stop deaf --wait-timeout 1s")
        {
            Given = [Seeds.Deaf],
            Asks = Methods.Stop,
            Error = ErrorCode.TimedOut,
            Code = 5,
            Err = ["deaf", "SIGKILL", "4"],
            Leaves = "deaf:0 stopping",
        },
        new("stop deaf --no-wait")
        {
            Given = [Seeds.Deaf],
            Asks = Methods.Stop,
            Out = ["deaf", "stopping"],
            Leaves = "deaf:0 stopping",
        },
        new("stop-all")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Stop,
            Out = ["web", "api", "stopped"],
            Json = ["processes.1.state=stopped"],
            Leaves = "web:0 stopped, api:0 stopped",
        },
        new("restart web")
        {
            Given = [Seeds.Web],
            Asks = Methods.Restart,
            Out = ["web", "online", "1002"],
            Json = ["success=true", "processes.0.pid=1002"],
            Leaves = "web:0 online",
        },
        new("restart web --update-env") { Given = [Seeds.Down], Asks = Methods.Restart, Out = ["web", "online"] },
        new("restart web")
        {
            When = "the disk is full",
            Given = [Seeds.Web],
            DiskIsFull = true,
            Asks = Methods.Restart,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("restart-all")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Restart,
            Out = ["web", "api", "1003", "1004"],
            Leaves = "web:0 online, api:0 online",
        },
        new("reload web")
        {
            Given = [Seeds.Web],
            Asks = Methods.Reload,
            Out = ["web", "online", "1002"],
            Json = ["success=true", "processes.0.pid=1002"],
            Leaves = "web:0 online",
        },
        new("reload web")
        {
            When = "the disk is full",
            Given = [Seeds.Web],
            DiskIsFull = true,
            Asks = Methods.Reload,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("delete web")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Delete,
            Out = ["web"],
            Json = ["success=true", "processes.0.name=web"],
            Leaves = "api:0 online",
            Then = static world => world.Daemon.Saved.Processes.Single().Name == "api",
        },
        new("delete web")
        {
            When = "the disk is full",
            Given = [Seeds.Web],
            DiskIsFull = true,
            Asks = Methods.Delete,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("reset web")
        {
            Given = [Seeds.Web, "restart web"],
            Asks = Methods.Reset,
            Out = ["web"],
            Json = ["success=true", "processes.0.state=online"],
            Then = static world => world.View("web").State.Restarts == 0,
        },
        new("signal HUP web")
        {
            Given = [Seeds.Web],
            Asks = Methods.Signal,
            Out = ["web", "SIGHUP"],
            Json = ["success=true"],
            Then = static world => world.Daemon.Machine.Sent.Any(static sent => sent is { Pid: 1001, Signal: 1 }),
        },
        new("signal HUP web")
        {
            When = "it is stopped",
            Given = [Seeds.Down],
            Asks = Methods.Signal,
            Code = 1,
            Err = ["web", "not running"],
            Json = ["success=false", "processes.0.error~not running"],
        },
        new("signal FOO web") { Given = [Seeds.Web], Code = 2, Err = ["FOO"] },
    ];
}
