using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What changes definitions.</summary>
internal static class ConfigRows
{
    public static readonly VerbRow[] All =
    [
        new("set web restart.delayMs=700")
        {
            Given = [Seeds.Web],
            Asks = Methods.Set,
            Out = ["web"],
            Json = ["success=true", "restartNeeded=[]"],
            Then = static world => world.View("web").Definition.Config.Restart?.DelayMs == 700,
        },
        new("edit web restart.delayMs=700")
        {
            Given = [Seeds.Web],
            Asks = Methods.Set,
            Out = ["web: updated"],
            Then = static world => world.View("web").Definition.Config.Restart?.DelayMs == 700,
        },
        new("set web env.PORT=82")
        {
            When = "a restart is needed",
            Given = [Seeds.Web],
            Asks = Methods.Set,
            Out = ["web"],
            Err = ["web", "env.PORT", "tspm restart"],
            Json = ["restartNeeded.0=web", "pending.web.0=env.PORT"],
        },
        new("set web nonsense=1")
        {
            Given = [Seeds.Web],
            Asks = Methods.Set,
            Error = ErrorCode.InvalidParams,
            Code = 2,
            Err = ["nonsense"],
        },
        new("set web --depends-on db")
        {
            Given = [Seeds.Web],
            Asks = Methods.Set,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["db"],
            Then = static world => world.View("web").Definition.Config.DependsOn is null,
        },
        new("set web restart=never") { Given = [Seeds.Web], Code = 2, Err = ["such as restart.policy=never"] },
        new("set web restart=5") { Given = [Seeds.Web], Code = 2, Err = ["policy, delayMs", "restart.policy=VALUE"] },
        new("set web dependsOn=api")
        {
            Given = [Seeds.Web],
            Code = 2,
            Err = ["[{\"name\": \"api\"}] (or use --depends-on api)"],
        },
        new("set web --depends-on api:healthy")
        {
            Given = [Seeds.Web, Seeds.Api],
            Code = 1,
            Err = ["to depend on 'api', write api:started (it runs), :ready (", ":completed ("],
        },
        new("set web memory 512MB")
        {
            Given = [Seeds.Web],
            Code = 2,
            Err = ["'memory' has no value; usage: tspm set web memoryLimitBytes=512MB"],
        },
        new("set web nice") { Given = [Seeds.Web], Code = 2, Err = ["usage: tspm set web nice=VALUE"] },
        new("set web watchPaths=gone user=nobody-here projectDir=/nowhere-at-all command=no-such-program")
        {
            Given = [Seeds.Down],
            Out = ["web: updated"],
            Err =
            [
                "warning: 'web': the folder /nowhere-at-all does not exist", "/gone does not exist (watchPaths)",
                "there is no user 'nobody-here'", "the program 'no-such-program' was not found",
            ],
        },
        new("set web nice=1")
        {
            When = "something else was missing before",
            Given = ["add sleep --name web --cwd /nowhere-at-all"],
            Asks = Methods.Set,
            Out = ["web: updated"],
        },
        new("set web") { Given = [Seeds.Web], Code = 2, Err = ["tspm set web"] },
        new("set web env.PORT=82")
        {
            When = "the disk is full",
            Given = [Seeds.Down],
            DiskIsFull = true,
            Asks = Methods.Set,
            Code = 1,
            Out = ["web"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("scale web 3")
        {
            Given = [Seeds.Web],
            Asks = Methods.Scale,
            Out = ["web:1", "web:2", "online"],
            Json = ["success=true", "processes.0.state=online"],
            Leaves = "web:0 online, web:1 online, web:2 online",
        },
        new("scale web -1")
        {
            Given = [Seeds.Web + " -i 3"],
            Asks = Methods.Scale,
            Out = ["web:2", "removed"],
            Leaves = "web:0 online, web:1 online",
        },
        new("scale web 1")
        {
            When = "it has one",
            Given = [Seeds.Web],
            Asks = Methods.Scale,
            Out = ["web"],
            Json = ["success=true", "processes.0.unchanged=true"],
        },
        new("scale web -1")
        {
            When = "it has one",
            Given = [Seeds.Web],
            Asks = Methods.Scale,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["web", "tspm stop"],
            Leaves = "web:0 online",
        },
        new("scale all 2")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Scale,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["all", "2"],
            Leaves = "web:0 online, api:0 online",
        },
        new("scale web many") { Given = [Seeds.Web], Code = 2, Err = ["many"] },
        new("scale web 2")
        {
            When = "the disk is full",
            Given = [Seeds.Web],
            DiskIsFull = true,
            Asks = Methods.Scale,
            Code = 1,
            Out = ["web:1"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
        new("rename web site")
        {
            Given = [Seeds.Web],
            Asks = Methods.Rename,
            Out = ["site", "web"],
            Json = ["success=true", "processes.0.name=site"],
            Leaves = "site:0 online",
            Then = static world => world.Daemon.Saved.Processes.Single().Name == "site",
        },
        new("rename 'w*' site") { Given = [Seeds.Web], Out = ["site: renamed from 'web'"], Leaves = "site:0 online" },
        new("rename 0 site") { Given = [Seeds.Web], Out = ["site: renamed from 'web'"], Leaves = "site:0 online" },
        new("rename web api")
        {
            Given = [Seeds.Web, Seeds.Api],
            Asks = Methods.Rename,
            Error = ErrorCode.Failed,
            Code = 1,
            Err = ["api"],
            Leaves = "web:0 online, api:0 online",
        },
        new("rename web all") { Given = [Seeds.Web], Code = 2, Err = ["all"], Leaves = "web:0 online" },
        new("rename web site")
        {
            When = "the disk is full",
            Given = [Seeds.Down],
            DiskIsFull = true,
            Asks = Methods.Rename,
            Code = 1,
            Out = ["site"],
            Err = ["not saved"],
            Json = ["success=false", "error~not saved"],
        },
    ];
}
