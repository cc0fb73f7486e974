using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>A refused start uses up no id, and its record is not told of the next process with that id.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RefusedStartTests
{
    [Test]
    public async Task Its_failure_is_its_own_wherever_it_is_read(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "./nosuch1", "--name", "qq")).Exits(1).Says("nosuch1");
        (await box.Run("start", "./nosuch2", "--name", "zz", "-i", "2")).Exits(1).Says("nosuch2");
        await box.Ok("start", "sh -c 'echo hello; exec sleep 1000'", "--name", "fresh");
        await box.UntilOut("fresh", "hello\n");
        await Assert.That((await box.Get("fresh")).Json.GetProperty("id").GetInt32()).IsEqualTo(0);
        foreach (var withDaemon in (bool[])[true, false])
        {
            if (!withDaemon) await box.Ok("daemon", "stop");
            var why = await box.Ok("why", "fresh", "-n", "9");
            await Assert.That(why.Out).DoesNotContain("nosuch").And.DoesNotContain("qq");
            var events = await box.Ok("events", "fresh", "--json");
            await Assert.That(events.Out).DoesNotContain("nosuch").And.Contains("\"started\"");
            await Assert.That((await box.Ok("events", "qq")).Out).Contains("nosuch1").And.Contains("was not added")
                .And.DoesNotContain("nosuch2").And.DoesNotContain("started, pid");
            await Assert.That((await box.Ok("why", "qq")).Out)
                .Contains("qq (removed, because it could not be started)").And.Contains("nosuch1")
                .And.DoesNotContain("nosuch2");
            await Assert.That((await box.Ok("events", "--json")).Out).Contains("nosuch1").And.Contains("nosuch2");
            var logs = await box.Ok("logs", "fresh", "--json", "--events", "--since", "10m");
            await Assert.That(logs.Out).Contains("started").And.DoesNotContain("nosuch");
        }
    }

    [Test]
    public async Task The_next_one_of_the_same_name_is_another_process(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var attempt = 0; attempt < 3; attempt++) (await box.Run("start", "./nosuch", "--name", "web")).Exits(1);
        await box.Ok("start", "sleep 1000", "--name", "web");
        var json = (await box.Ok("why", "web", "--json")).Json;
        await Assert.That(json[0].GetProperty("exits").GetArrayLength()).IsEqualTo(0);
        await Assert.That(json[1].GetProperty("deleted").GetBoolean()).IsTrue();
        await box.Ok("delete", "web");
        await box.Ok("start", "sleep 1001", "--name", "web");
        await Assert.That((await box.Get("web")).Json.GetProperty("id").GetInt32()).IsEqualTo(1);
        var one = (await box.Ok("why", "web", "-n", "1")).Out;
        await Assert.That(one).Contains("deleted by user").And.DoesNotContain("nosuch");
    }

    [Test]
    public async Task Who_follows_is_told_of_the_right_one(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "first");
        using var events = box.Begin("events", "/^q|first/", "-f", "--json", "-n", "0");
        using var logs = box.Begin("logs", "-f", "--json", "--events");
        // Nothing says when somebody who follows is heard by the daemon; from the first event on, each comes.
        while (!logs.Out.Contains("first") || !events.Out.Contains("\"stopping\"")) await box.Ok("restart", "first");
        (await box.Run("start", "./nosuch1", "--name", "qq")).Exits(1);
        await box.Ok("start", "sleep 1000", "--name", "fresh");
        await box.Ok("start", "sleep 1000", "--name", "qqq");
        await events.UntilOut("\"name\":\"qqq\"");
        await logs.UntilOut("qqq");
        await Assert.That(events.Out).Contains("nosuch1").And.DoesNotContain("fresh");
        var told = logs.Out.Split('\n');
        foreach (var line in told)
            if (line.Contains("nosuch")) await Assert.That(line).Contains("\"qq\"");
        await Assert.That(told.Any(static line => line.Contains("\"fresh\"") && line.Contains("started"))).IsTrue();
    }
}
