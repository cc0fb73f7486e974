using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What is acknowledged is saved; what cannot be saved takes effect all the same, and is told.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class DurabilityTests
{
    [Test]
    public async Task A_change_is_saved_when_its_answer_comes(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 20; i++)
        {
            await box.Ok("daemon", "start");
            var (daemon, guardian) = await box.DaemonPids();
            using (var socket = new RawSocket(box, cancellation))
            {
                var answer = await socket.Ask(
                    """{"jsonrpc":"2.0","id":1,"method":"add","params":{"define":[{"name":"NAME","command":"sleep 1000"}],"client":{"environment":{},"workingDirectory":"/"}}}"""
                        .Replace("NAME", $"p{i}"));
                // At once: nothing that was still to be done after the answer gets the time for it.
                // In both orders; the daemon first, and the guardian starts another one, which answers for a moment.
                LiveProcess.Kill(i % 2 == 0 ? guardian : daemon);
                LiveProcess.Kill(i % 2 == 0 ? daemon : guardian);
                await Assert.That(answer.GetProperty("result").GetProperty("success").GetBoolean()).IsTrue();
            }
            await Assert.That(File.ReadAllText(Path.Combine(box.Home, "processes.json"))).Contains($"\"p{i}\"");
        }
        await box.Ok("daemon", "start");
        await Assert.That((await box.List()).Count).IsEqualTo(20);
    }

    [Test]
    public async Task Two_hundred_changes_of_all_kinds_are_there_after_a_death_right_behind_each_answer(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var random = new Random(5);
        var expected = new Dictionary<string, int>(); // name and the delay that was set last
        var next = 0;
        for (var change = 0; change < 200; change++)
        {
            var kind = expected.Count < 3 ? 0 : random.Next(4);
            var name = kind == 0 ? $"p{next++}" : expected.Keys.ElementAt(random.Next(expected.Count));
            var request = kind switch
            {
                0 => $$$$"""{"method":"add","params":{"define":[{"name":"{{{{name}}}}","command":"sleep 1000","restart":{"delayMs":0}}],"client":{"environment":{},"workingDirectory":"/"}}}""",
                1 => $$$"""{"method":"set","params":{"selectors":["{{{name}}}"],"assignments":["restart.delayMs={{{change}}}"]}}""",
                2 => $$$"""{"method":"rename","params":{"selector":"{{{name}}}","newName":"r{{{change}}}"}}""",
                _ => $$$"""{"method":"delete","params":{"selectors":["{{{name}}}"]}}""",
            };
            var daemon = (await box.DaemonPids()).Daemon;
            using (var socket = new RawSocket(box, cancellation))
            {
                var answer = await socket.Ask($$"""{"jsonrpc":"2.0","id":{{change}},{{request[1..]}}""");
                LiveProcess.Kill(daemon);
                await Assert.That(answer.TryGetProperty("result", out var result)
                    && result.GetProperty("success").GetBoolean()).IsTrue().Because($"{request} is done: {answer}");
            }
            if (kind == 0) expected[name] = 0;
            if (kind == 1) expected[name] = change;
            if (kind == 2 && expected.Remove(name, out var delay)) expected[$"r{change}"] = delay;
            if (kind == 3) expected.Remove(name);
        }
        var names = (await box.List()).Select(entry => entry.Name);
        await Assert.That(names).IsEquivalentTo(expected.Keys);
        foreach (var (name, delay) in expected)
            await Assert.That((await box.Ok("describe", name,
                "--json")).Json.GetProperty("config").GetProperty("restart").GetProperty("delayMs").GetInt32())
                    .IsEqualTo(delay);
    }

    [Test]
    public async Task On_a_full_disk_changes_take_effect_and_say_that_they_are_not_saved(CancellationToken cancellation)
    {
        Tools.RequireRoot(); // to mount a small file system
        await using var box = new TspmBox(cancellation);
        var disk = Path.Combine(box.Folder, "disk");
        Directory.CreateDirectory(disk);
        (await box.Shell($"mount -t tmpfs -o size=256k tmpfs '{disk}'")).Exits(0);
        try
        {
            box.Home = box.Variables["TSPM_HOME"] = Path.Combine(disk, "h");
            await box.Ok("start", "while :; do echo x; sleep 0.02; done", "--name", "writer");
            await box.Ok("start", "sleep 1000", "--name", "s");
            await box.Shell($"dd if=/dev/zero of='{disk}/fill' bs=1k 2>/dev/null");
            (await box.Run("stop", "s")).Exits(1).Says("not saved: No space left on device");
            await Assert.That((await box.Get("s")).State).IsEqualTo("stopped");
            await Assert.That((await box.Status()).GetProperty("troubles").GetArrayLength()).IsGreaterThan(0);
            (await box.Run("restart", "s")).Exits(1).Says("not saved");
            await Assert.That((await box.Get("s")).State).IsEqualTo("online");
            await box.Ok("logs", "writer", "--lines", "1");
            File.Delete(Path.Combine(disk, "fill"));
            await box.Until(async () => (await box.Status()).GetProperty("troubles").GetArrayLength() == 0 ? "" : null,
                "nothing troubles the daemon any more");
            await Assert.That(File.ReadAllText(Path.Combine(box.Home, "processes.json"))).Contains("\"writer\"");
            var lines = File.ReadAllText(box.OutLog("writer"));
            await box.Until(() => File.ReadAllText(box.OutLog("writer")).Length > lines.Length,
                "the writer's output goes on");
            await Assert.That(File.ReadAllText(box.OutLog("writer")).Replace("x\n", "")).IsEqualTo("");
            await box.Ok("daemon", "stop");
        }
        finally
        {
            await box.Run("daemon", "stop");
            await box.Shell($"umount -l '{disk}'");
        }
    }
}
