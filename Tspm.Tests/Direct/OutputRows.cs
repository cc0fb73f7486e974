using Tspm.Libc;
using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>Logs, and what is read by a child.</summary>
internal static class OutputRows
{
    public static readonly VerbRow[] All =
    [
        new("logs web")
        {
            Given = [Seeds.Web],
            Before = static world => world.Print("web", "one\ntwo\n"),
            Asks = Methods.Logs,
            Out = ["one\ntwo\n"],
            Json = ["name=web", "stream=out", "text=one", "seq=4"],
        },
        new("logs -n 1")
        {
            When = "of several",
            Given = [Seeds.Web, Seeds.Api],
            Before = static world =>
            {
                world.Print("web", "zero\none\n");
                world.Print("api", "two\n");
            },
            Asks = Methods.Logs,
            Out = ["web | one", "api | two"],
        },
        new("logs web --grep tw. -C 0")
        {
            Given = [Seeds.Web],
            Before = static world => world.Print("web", "one\ntwo\n"),
            Asks = Methods.Logs,
            Out = ["two"],
            Json = ["text=two"],
        },
        new("logs web --grep '('")
        {
            Given = [Seeds.Web],
            Asks = Methods.Logs,
            Error = ErrorCode.InvalidParams,
            Code = 2,
            Err = ["'('"],
        },
        new("logs web --run 77")
        {
            Given = [Seeds.Web],
            Asks = Methods.Logs,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["77"],
        },
        new("logs web") { When = "it has said nothing", Given = [Seeds.Web], Asks = Methods.Logs, Err = ["tspm logs"] },
        new("flush web")
        {
            Given = [Seeds.Web],
            Before = static world => world.Print("web", "one\n"),
            Asks = Methods.Flush,
            Out = ["web"],
            Json = ["success=true", "processes.0.name=web"],
            Then = static world => new FileInfo(world.View("web").OutLog).Length == 0,
        },
        new("reopen")
        {
            Given = [Seeds.Web],
            Asks = Methods.Reopen,
            Out = ["web"],
            Json = ["success=true", "processes.0.unchanged=true"],
        },
        new("send web 'a line'")
        {
            Given = [Seeds.Web + " --stdin pipe"],
            Before = static world => OpenInput(world, "web"),
            Asks = Methods.Send,
            Out = ["web"],
            Json = ["success=true"],
            Then = static world => File.ReadAllText(InputOf(world, "web")) == "a line\n",
        },
        new("send web line")
        {
            When = "it has no pipe",
            Given = [Seeds.Web],
            Asks = Methods.Send,
            Code = 1,
            Err = ["web", "stdin=pipe"],
            Json = ["success=false", "processes.0.error~stdin=pipe"],
        },
        new("send web line")
        {
            When = "it is stopped",
            Given = [Seeds.Down + " --stdin pipe"],
            Asks = Methods.Send,
            Code = 1,
            Err = ["web", "not running"],
        },
        new("send web line")
        {
            When = "nobody reads",
            Given = [Seeds.Web + " --stdin pipe"],
            Before = static world => _ = SysStat.mkfifo(InputOf(world, "web"), 0x180),
            Asks = Methods.Send,
            Code = 1,
            Err = ["web"],
            Json = ["success=false"],
        },
    ];

    static string InputOf(VerbWorld world, string name)
    {
        var view = world.View(name);
        var path = world.Daemon.Home.FifoPath(view.Key, view.RunId, "in");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>A file takes what a FIFO would, and keeps it.</summary>
    static void OpenInput(VerbWorld world, string name) => File.WriteAllText(InputOf(world, name), "");
}
