using System.Globalization;
using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>
/// Requests of other clients and of earlier versions: parameters that the command line of this version checks itself or
/// never leaves out, and the requests that end the daemon.
/// </summary>
internal static class WireRows
{
    const string Client = """{"environment":{},"workingDirectory":"/"}""";

    static readonly string Self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    static WireRow Invalid(Method method, string parameters, params string[] holds) =>
        new(method, parameters) { Given = [Seeds.Web], Error = ErrorCode.InvalidParams, Holds = holds };

    public static readonly IReadOnlyDictionary<string, WireRow> ByName = ((WireRow[])
    [
        new(Methods.Hello, """{"version":"2","protocolVersion":3}""")
        {
            Holds = ["version=" + ProductVersion.Current, "oldestProtocolVersion=1", "pid=" + Self],
        },
        new(Methods.Hello, """{"protocolVersion":0}""") { Error = ErrorCode.Failed, Holds = ["message~0"] },
        Invalid(Methods.List, """{"include":["cpu"]}""", "data.path=params.include"),
        Invalid(Methods.Start, "{}", "message~nothing to start"),
        Invalid(Methods.Start, """{"define":[{"name":"x","command":"x"}]}""", "message~nothing to start"),
        Invalid(Methods.Start, """{"selectors":["web"],"settleMs":-1}""", "data.path=params.settleMs"),
        Invalid(Methods.Start, """{"selectors":["web"],"waitTimeoutMs":-1}""", "data.path=params.waitTimeoutMs"),
        Invalid(Methods.Add, """{"define":[{"name":"x"}],"client":{"environment":{},"workingDirectory":"here"}}""",
            "data.path=params.client.workingDirectory"),
        Invalid(Methods.Add, "{\"define\":[{\"name\":\"x\",\"command\":\"x\"},{\"name\":\"x\",\"command\":\"x\"}],"
            + "\"client\":" + Client + "}", "data.path=params.define[1].name"),
        Invalid(Methods.Apply, "{\"define\":[],\"project\":\"\",\"client\":" + Client + "}",
            "data.path=params.project"),
        new(Methods.Apply, "{\"define\":[],\"prune\":true,\"client\":" + Client + "}")
        {
            Given = [Seeds.Web],
            Holds = ["success=true", "steps.0.action=delete", "steps.0.name=web"],
            Then = static world => world.States().Length == 0,
        },
        Invalid(Methods.Restart, """{"selectors":["web"],"updateEnv":true}""", "data.path=params.client"),
        Invalid(Methods.Reload, """{"selectors":["web"],"updateEnv":true}""", "data.path=params.client"),
        Invalid(Methods.Scale, """{"selector":"web"}""", "data.path=params.instances"),
        Invalid(Methods.Scale, """{"selector":"web","instances":1,"by":1}""", "data.path=params.instances"),
        Invalid(Methods.Rename, """{"selector":"web","newName":"all"}""", "data.path=params.newName"),
        Invalid(Methods.Signal, """{"signal":"FOO","selectors":["web"]}""", "data.found=FOO"),
        Invalid(Methods.Logs, """{"follow":true,"until":"1m"}""", "message~follow"),
        Invalid(Methods.Events, """{"since":"soon"}""", "message~soon"),
        Invalid(Methods.Metrics, """{"format":"xml"}""", "data.path=params.format"),
        new(Methods.Upgrade, """{"binary":"relative"}""") { Error = ErrorCode.Failed, Holds = ["message~relative"] },
        new(Methods.Shutdown, "{}")
        {
            Given = [Seeds.Web, Seeds.Api, "stop api"],
            Holds = ["stopped=1"],
            Then = static world => world.Daemon.Shutdowns == 1,
        },
    ]).ToDictionary(static row => row.Name);
}
