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
            Out = ["web:2", "stopped"],
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
