using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What defines and starts.</summary>
internal static class StartRows
{
    static readonly SpawnFailure NoSuchProgram = new("execute", 2, "no such program");

    public static readonly VerbRow[] All =
    [
        new(Seeds.Web)
        {
            Asks = Methods.Start,
            Out = ["web", "online", Seeds.FirstPid],
            Json = ["success=true", "processes.0.state=online", "processes.0.pid=" + Seeds.FirstPid],
            Leaves = "web:0 online",
        },
        new("start web")
        {
            Given = [Seeds.Down],
            Asks = Methods.Start,
            Out = ["web", "online"],
            Json = ["processes.0.name=web"],
            Leaves = "web:0 online",
        },
        new("start web")
        {
            When = "it is online",
            Given = [Seeds.Web],
            Asks = Methods.Start,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["web", Seeds.FirstPid, "--force"],
            Leaves = "web:0 online",
        },
        new("start web --force") { Given = [Seeds.Web], Out = ["1002"], Leaves = "web:0 online" },
        new("start web --name other") { Given = [Seeds.Down], Code = 1, Err = ["tspm set"], Leaves = "web:0 stopped" },
        new(Seeds.Web)
        {
            When = "the program is missing",
            Before = static world => world.OnItsThread(_ => world.Daemon.Machine.FailNext(NoSuchProgram)),
            Asks = Methods.Start,
            Code = 1,
            Err = ["web", "no such program"],
            Leaves = "",
        },
        new(Seeds.Web)
        {
            When = "the disk is full",
            DiskIsFull = true,
            Asks = Methods.Start,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("start @/tspm.json")
        {
            Files = [("tspm.json", File)],
            Asks = Methods.Apply,
            Out = ["web", "api", "online"],
            Json = ["success=true", "processes.1.state=online"],
            Leaves = "web:0 online, api:0 online",
        },
        new("run sleep 1")
        {
            When = "it ends at once",
            Before = static world => world.Daemon.Machine.AfterSpawn = () =>
                world.Daemon.Machine.Exit(world.Daemon.Machine.Living.Single(), new ExitStatus(0, null)),
            Asks = Methods.Start,
            Leaves = "",
        },
        new("run sleep 1")
        {
            When = "it fails",
            Before = static world => world.Daemon.Machine.AfterSpawn = () =>
                world.Daemon.Machine.Exit(world.Daemon.Machine.Living.Single(), new ExitStatus(9, null)),
            Asks = Methods.Start,
            Code = 9,
            Leaves = "",
        },
        new("run --name web sleep 1")
        {
            Given = [Seeds.Web],
            Asks = Methods.Start,
            Error = ErrorCode.Failed,
            Code = 125,
            Err = ["web"],
            Leaves = "web:0 online",
        },
        new("up @/tspm.json")
        {
            Files = [("tspm.json", File)],
            Asks = Methods.Apply,
            Out = ["web: online", "api: online"],
        },
        new("up @/none.json") { Code = 1, Err = ["none.json"] },
        new("down @/tspm.json")
        {
            Given = ["start @/tspm.json"],
            Files = [("tspm.json", File)],
            Asks = Methods.Delete,
            Out = ["deleted"],
            Leaves = "",
        },
        new("down @/tspm.json")
        {
            When = "nothing is defined",
            Files = [("tspm.json", File)],
            Out = ["no process of"],
        },
        new("start @/tspm.json --only api")
        {
            Files = [("tspm.json", File)],
            Out = ["api"],
            Leaves = "api:0 online",
        },
        new("start") { Code = 2, Err = ["start"], Leaves = "" },
        new("start wbe")
        {
            Given = [Seeds.Web],
            Asks = Methods.Start,
            Error = ErrorCode.NoSuchProcess,
            Code = 3,
            Err = ["'wbe'; did you mean 'web'?", "not a command either", "PATH"],
            Leaves = "web:0 online",
        },
        new("start 99") { Given = [Seeds.Web], Code = 3, Err = ["'99'", "not a command"], Leaves = "web:0 online" },
        new("start @/readme.txt")
        {
            Files = [("readme.txt", "Read me.")],
            Given = [Seeds.Web],
            Code = 1,
            Err = ["there is no process", "not executable", "chmod +x", "--interpreter"],
            Leaves = "web:0 online",
        },
        new("start web:5")
        {
            Given = [Seeds.Web],
            Code = 3,
            Err = ["has no instance 5", "tspm scale web N"],
            Leaves = "web:0 online",
        },
        new("start web:5 --name more")
        {
            Given = [Seeds.Web],
            Asks = Methods.Start,
            Error = ErrorCode.NoSuchProcess,
            Code = 3,
            Err = ["has no instance 5", "tspm scale web N"],
            Leaves = "web:0 online",
        },
        new("start wbe") { When = "there is no daemon", IsCold = true, Code = 3, Err = ["'wbe'", "not a command"] },
        new("start wbe web") { When = "there is no daemon", IsCold = true, Code = 3, Err = ["'wbe'"] },
        new("start @/tspm.json")
        {
            When = "it is empty",
            Files = [("tspm.json", "{\"processes\":[]}")],
            Err = ["the file contains no process to start"],
            Leaves = "",
        },
        new("start @/vite.config.js")
        {
            Files = [("vite.config.js", "module.exports = {};")],
            Code = 1,
            Err = ["no 'apps'", "--interpreter node"],
            Leaves = "",
        },
        new("start @/apps.json")
        {
            When = "nothing in it can be imported",
            Files = [("apps.json", "{\"apps\":[{\"name\":\"a\"},{\"script\":\"b.js\",\"kill_signal\":\"X\"}]}")],
            Code = 1,
            Err =
            [
                "a was left out: it has no script\n", "b was left out: kill_signal must be a signal",
                "but is \"X\"\n", "nothing was imported\n",
            ],
            Leaves = "",
        },
        new("apply @/slow.py")
        {
            Files = [("slow.py", "print(1)")],
            Code = 1,
            Err = ["is a script, not a config file; to run it: tspm start"],
            Leaves = "",
        },
        new("start /nowhere-at-all/x.py") { Code = 3, Err = ["there is no script /nowhere-at-all/x.py"], Leaves = "" },
        new("start-all")
        {
            Given = [Seeds.Down, "add 'sleep 200' --name api"],
            Asks = Methods.Start,
            Out = ["web", "api", "online"],
            Json = ["success=true", "processes.0.state=online"],
            Leaves = "web:0 online, api:0 online",
        },
        new(Seeds.Down)
        {
            Asks = Methods.Add,
            Out = ["web"],
            Json = ["success=true", "processes.0.state=stopped"],
            Leaves = "web:0 stopped",
            Then = static world => world.Daemon.Saved.Processes.Count == 1,
        },
        new(Seeds.Down)
        {
            When = "the name is taken",
            Given = [Seeds.Web],
            Asks = Methods.Add,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["web", "tspm set"],
            Leaves = "web:0 online",
        },
        new(Seeds.Down)
        {
            When = "the disk is full",
            DiskIsFull = true,
            Asks = Methods.Add,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("add no-such-program --name web --user nobody-here --watch-paths gone")
        {
            Asks = Methods.Add,
            Out = ["web: added"],
            Err =
            [
                "warning: 'web': ", "/gone does not exist (watchPaths)", "there is no user 'nobody-here'",
                "the program 'no-such-program' was not found",
            ],
            Json = ["success=true", "notes.0~watchPaths"],
        },
        new("add 'sleep 1' --name web --depends-on db")
        {
            Asks = Methods.Add,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["db"],
            Leaves = "",
        },
        new("apply @/tspm.json")
        {
            Files = [("tspm.json", File)],
            Asks = Methods.Apply,
            Out = ["web", "api", "online"],
            Json = ["success=true", "steps.0.name=web", "processes.0.state=online"],
            Leaves = "web:0 online, api:0 online",
        },
        new("apply @/tspm.json")
        {
            When = "nothing has changed",
            Given = ["start @/tspm.json"],
            Files = [("tspm.json", File)],
            Asks = Methods.Apply,
            Out = ["2"],
            Json = ["success=true", "steps.0.action=keep"],
            Leaves = "web:0 online, api:0 online",
        },
        new("apply @/tspm.json")
        {
            When = "it needs what nobody defines",
            Files = [("tspm.json", Dependent)],
            Asks = Methods.Apply,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["db"],
            Leaves = "",
        },
        new("apply @/tspm.json")
        {
            When = "the disk is full",
            Files = [("tspm.json", File)],
            DiskIsFull = true,
            Asks = Methods.Apply,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("apply @/none.json") { Code = 1, Err = ["none.json"] },
        new("plan @/tspm.json")
        {
            Given = [Seeds.Api],
            Files = [("tspm.json", OnlyWeb)],
            Asks = Methods.Apply,
            Out = ["create web"],
            Json = ["success=true", "steps.0.action=create", "steps.0.name=web"],
            Leaves = "api:0 online",
        },
        new("import procfile @/Procfile --start")
        {
            Files = [("Procfile", "web: sleep 100\n")],
            Asks = Methods.Apply,
            Out = ["web", "online"],
            Leaves = "web:0 online",
        },
        new("migrate --from @/old.json")
        {
            Files = [("old.json", OldList)],
            Asks = Methods.Add,
            Out = ["old-app"],
            Err = ["tspm start-all"],
            Leaves = "old-app:0 stopped",
        },
        new("migrate --from @/old.json")
        {
            When = "it cannot be read",
            Files = [("old.json", "{")],
            Code = 1,
            Err = ["old.json"],
            Leaves = "",
        },
    ];

    const string File = """
        {"processes":[{"name":"web","command":"sleep 100"},{"name":"api","command":"sleep 200"}]}
        """;

    const string OnlyWeb = """{"processes":[{"name":"web","command":"sleep 100"}]}""";

    const string Dependent = """{"processes":[{"name":"web","command":"sleep 100","dependsOn":[{"name":"db"}]}]}""";

    const string OldList = """
        {"processes":[{"id":"old-app","name":"old-app","projectDir":"/","command":"no-such-program-anywhere"}]}
        """;
}
