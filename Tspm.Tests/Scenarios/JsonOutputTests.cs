using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>--json</c>: exactly one document, on a cold start too, with the contract's members.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class JsonOutputTests
{
    static readonly string[] ListMembers =
    [
        "id", "name", "namespace", "instance", "state", "desired", "pid", "restarts", "consecutiveFailures", "uptimeMs",
        "cpuPercent", "memoryBytes", "exitCode", "signal",
        "reason", "nextStartInMs", "nextRunAt", "lastRun", "ready", "health", "startedAt", "createdAt", "command",
        "args", "cwd",
            "user", "project", "outLog", "errLog",
    ];

    [Test]
    public async Task The_first_command_of_a_home_prints_one_document_and_nothing_else(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var cold = await box.Ok("start", "sleep 1000", "--name", "a", "--json");
        await Assert.That(cold.Json.GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(cold.Json.GetProperty("processId").GetInt32()).IsEqualTo(0);
        await Assert.That(cold.Err).IsEqualTo("");
    }

    [Test]
    public async Task List_and_describe_have_the_members_of_the_contract(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a");
        var entry = (await box.Ok("list", "--json")).Json[0];
        await Assert.That(entry.EnumerateObject().Select(member => member.Name)).IsEquivalentTo(ListMembers);
        var description = (await box.Ok("describe", "a", "--json")).Json;
        await Assert.That(description.ValueKind).IsEqualTo(JsonValueKind.Object);
        await Assert.That(description.EnumerateObject().Select(member => member.Name))
            .IsEquivalentTo([.. ListMembers, "ports", "config", "tree", "recentExits", "listen"]);
        await Assert.That(description.GetProperty("tree")[0].GetProperty("pid").GetInt32())
            .IsEqualTo(description.GetProperty("pid").GetInt32());
    }

    [Test]
    public async Task Status_has_the_members_of_the_contract_with_and_without_a_daemon(CancellationToken cancellation)
    {
        string[] members =
        [
            "running", "pid", "guardianPid", "version", "protocolVersion", "uptimeMs", "socketPath", "home",
            "memoryBytes", "processes", "service", "troubles", "daemonDeaths", "limits", "counters",
        ];
        await using var box = new TspmBox(cancellation);
        var without = (await box.Run("status", "--json")).Exits(4).Json;
        await Assert.That(without.GetProperty("running").GetBoolean()).IsFalse();
        await Assert.That(without.EnumerateObject().Select(member => member.Name)).IsEquivalentTo(members);
        await box.Ok("daemon", "start");
        var with = await box.Status();
        await Assert.That(with.EnumerateObject().Select(member => member.Name)).IsEquivalentTo(members);
        await Assert.That(with.GetProperty("troubles").GetArrayLength()).IsEqualTo(0);
        await Assert.That(with.GetProperty("home").GetString()).IsEqualTo(box.Home);
    }

    [Test]
    [Arguments("start s"), Arguments("stop a"), Arguments("restart a"), Arguments("reset a"), Arguments("flush a"),
        Arguments("signal CONT a"), Arguments("rename a b"), Arguments("set a nice=1"),
     Arguments("delete a"), Arguments("start-all"), Arguments("stop-all"), Arguments("restart-all"),
         Arguments("describe a"), Arguments("env a"), Arguments("pid a"), Arguments("search a"),
     Arguments("status"), Arguments("ping"), Arguments("version"), Arguments("list"), Arguments("send a hello"),
         Arguments("add true")]
    public async Task Every_verb_prints_one_document(string line, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a", "--stdin", "pipe");
        await box.Ok("add", "sleep 1000", "--name", "s");
        var ran = await box.Ok([.. line.Split(' '), "--json"]);
        await Assert.That(ran.Json.ValueKind is JsonValueKind.Object or JsonValueKind.Array).IsTrue();
        // 'set' says there that the running child still has the old values.
        if (!line.StartsWith("set ", StringComparison.Ordinal)) await Assert.That(ran.Err).IsEqualTo("");
    }

    [Test]
    public async Task A_failure_leaves_standard_output_to_data(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var ran = (await box.Run("stop", "nobody", "--json")).Exits(3).Says("nobody");
        await Assert.That(ran.Out).IsEqualTo("");
    }

    [Test]
    public async Task In_a_pipe_list_is_plain_columns_with_tabs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a name");
        var lines = (await box.Ok("list")).Lines;
        await Assert.That(lines.Length).IsEqualTo(2);
        await Assert.That(lines[1].Split('\t')[1]).IsEqualTo("a name");
        await Assert.That(lines[1].Split('\t')[3]).IsEqualTo("online");
        await Assert.That(string.Concat(lines).Contains('\u001b')).IsFalse();
    }
}
