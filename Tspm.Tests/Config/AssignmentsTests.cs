using System.Text.Json;
using Tspm.Config;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Tests.Config;

[Timeout(10_000)]
internal sealed class AssignmentsTests
{
    static readonly ProcessConfig Web = new()
    {
        Id = 3,
        Name = "web",
        Command = "node server.js",
        Env = new Dictionary<string, string> { ["A"] = "1" },
        Restart = new RestartConfig { DelayMs = 7 },
    };

    [Test]
    [Arguments("command=node b.js --x=1", "\"command\":\"node b.js --x=1\"")]
    [Arguments("namespace=shop", "\"namespace\":\"shop\"")]
    [Arguments("projectDir=/srv", "\"projectDir\":\"/srv\"")]
    [Arguments("args=a 'b c'", "\"args\":[\"a\",\"b c\"]")]
    [Arguments("args=[\"a\", \"b c\"]", "\"args\":[\"a\",\"b c\"]")]
    [Arguments("args=[]", "\"args\":[]")]
    [Arguments("env.PORT=8080", "\"env\":{\"A\":\"1\",\"PORT\":\"8080\"}")]
    [Arguments("env.A=x=y", "\"env\":{\"A\":\"x=y\"}")]
    [Arguments("env.a.b=x", "\"env\":{\"A\":\"1\",\"a.b\":\"x\"}")]
    [Arguments("env={\"B\":\"\"}", "\"env\":{\"B\":\"\"}")]
    [Arguments("envFile=.env", "\"envFile\":\".env\"")]
    [Arguments("instances=4", "\"instances\":4")]
    [Arguments("umask=027", "\"umask\":\"027\"")]
    [Arguments("nice=-5", "\"nice\":-5")]
    [Arguments("limits.nofile=4096", "\"limits\":{\"nofile\":4096}")]
    [Arguments("memoryLimitBytes=512MB", "\"memoryLimitBytes\":536870912")]
    [Arguments("memoryLimitBytes=1024", "\"memoryLimitBytes\":1024")]
    [Arguments("monitorIntervalMs=2s", "\"monitorIntervalMs\":2000")]
    [Arguments("autorestart=false", "\"autorestart\":false")]
    [Arguments("restart.delayMs=1.5s", "\"restart\":{\"delayMs\":1500}")]
    [Arguments("restart.policy=on-failure", "\"restart\":{\"delayMs\":7,\"policy\":\"on-failure\"}")]
    [Arguments("restart.stopExitCodes=0, 3", "\"restart\":{\"delayMs\":7,\"stopExitCodes\":[0,3]}")]
    [Arguments("restart.stopExitCodes=[1]", "\"restart\":{\"delayMs\":7,\"stopExitCodes\":[1]}")]
    [Arguments("restart={\"policy\":\"never\"}", "\"restart\":{\"policy\":\"never\"}")]
    [Arguments("stop.signal=SIGINT", "\"stop\":{\"signal\":\"SIGINT\"}")]
    [Arguments("stop.killTree=false", "\"stop\":{\"killTree\":false}")]
    [Arguments("stdin=pipe", "\"stdin\":\"pipe\"")]
    public async Task A_value_is_set(string assignment, string member, CancellationToken cancellation)
    {
        var changed = Assignments.Apply(Web, [assignment]);
        var expected = JsonSerializer.Deserialize($"{{{member}}}", WireJson.Default.ProcessConfig)!;
        var key = assignment[..assignment.AsSpan().IndexOfAny('.', '=')];
        await Assert.That(Member(changed, key)).IsEqualTo(Member(expected, key));
        await Assert.That(changed.Id).IsEqualTo(3);
        await Assert.That(changed.Name).IsEqualTo("web");
    }

    [Test]
    public async Task An_empty_value_removes_the_member_and_what_became_empty(CancellationToken cancellation)
    {
        var changed = Assignments.Apply(Web with { Nice = 3 }, ["env.A=", "restart.delayMs=", "nice=", "stdin="]);
        await Assert.That(changed.Env).IsNull();
        await Assert.That(changed.Restart).IsNull();
        await Assert.That(changed.Nice).IsNull();
        await Assert.That(Web.Env!.Count).IsEqualTo(1);
    }

    [Test]
    [Arguments("nonsense",
        "\"nonsense\" is not an assignment; write KEY=VALUE, such as restart.delayMs=500 or env.PORT=8080")]
    [Arguments("=x", "\"=x\" is not an assignment; write KEY=VALUE, such as restart.delayMs=500 or env.PORT=8080")]
    [Arguments("name=x", "name cannot be set; to change it: tspm rename OLD NEW")]
    [Arguments("id=1", "id cannot be set: Tspm assigns it")]
    [Arguments("instnces=1", "instnces is not a known field; did you mean 'instances'?")]
    [Arguments("restart.dellayMs=1", "restart.dellayMs is not a known field; did you mean 'restart.delayMs'?")]
    [Arguments("maxDelayMs=1", "maxDelayMs is not a known field; did you mean 'restart.maxDelayMs'?")]
    [Arguments("delayMs=1", "delayMs is not a known field; did you mean 'restart.delayMs' or 'ready.delayMs' or "
        + "'health.delayMs'?")]
    [Arguments("monitorIntervalMs=50ms", "monitorIntervalMs must be a whole number, 100 or more, but is \"50ms\"")]
    [Arguments("monitorIntervalMs=50", "monitorIntervalMs must be a whole number, 100 or more, but is 50")]
    [Arguments("cwd=/tmp", "cwd is not a known field; use projectDir")]
    [Arguments("cron=0 3 * * *", "cron is not a known field; use schedule.cron")]
    [Arguments("memory=512MB", "memory is not a known field; use memoryLimitBytes")]
    [Arguments("port=80",
        "port is not a known field; use env.PORT if the program opens the port, or listen if Tspm should open it")]
    [Arguments("schedule=x",
        "schedule has the members cron, timeZone, action, overlap; set one of them, such as schedule.cron=VALUE")]
    [Arguments("command.x=1", "command has no members; set command itself")]
    [Arguments("instances=two", "instances must be a whole number, but is \"two\"")]
    [Arguments("instances=0", "instances must be a whole number from 1 to 1000, but is 0")]
    [Arguments("instances=3000000000", "instances must be a whole number, but is 3000000000")]
    [Arguments("autorestart=yes", "autorestart must be true or false, but is \"yes\"")]
    [Arguments("restart.delayMs=1 s",
        "restart.delayMs must be a duration: a number of milliseconds, or 500ms, 10s, 5m, 2h, 1d (at most 24 days), "
            + "but is \"1 s\"")]
    [Arguments("memoryLimitBytes=lots",
        "memoryLimitBytes must be a size: a number of bytes, or 512KB, 512MB, 2GB (also M, MiB; powers of 1024), but "
            + "is \"lots\"")]
    [Arguments("args=$HOME",
        "args must be words as in a shell (quote special characters), or a JSON list: [\"a\", \"b\"], but is "
            + "\"$HOME\"")]
    [Arguments("args=[1]", "args[0] must be text, but is 1")]
    [Arguments("args=[", "args must be a list [ … ] of text in JSON, but is \"[\"")]
    [Arguments("restart=never",
        "restart has the members policy, delayMs, maxDelayMs, maxConsecutive, minUptimeMs, stopExitCodes; "
        + "set one of them, such as restart.policy=never")]
    [Arguments("command=", "command: there is no command; give a program to run")]
    public async Task A_bad_assignment_is_a_sentence(string assignment, string sentence, CancellationToken cancellation)
    {
        var failure = await Assert.That(() => Assignments.Apply(Web, ["nice=1", assignment]))
            .Throws<StrictJsonException>();
        await Assert.That(failure!.Message).IsEqualTo(sentence);
    }

    static string Member(ProcessConfig config, string name) =>
        JsonSerializer.SerializeToElement(config, WireJson.Default.ProcessConfig).TryGetProperty(name, out var member)
            ? string.Join(',', Flat(member).Order(StringComparer.Ordinal))
            : "absent";

    static IEnumerable<string> Flat(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().Select(member => member.Name + "=" + member.Value.GetRawText())
            : [element.GetRawText()];
}
