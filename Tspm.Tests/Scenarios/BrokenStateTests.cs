using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>processes.json</c> broken in every way: the newest good generation is used, the broken file kept, the user told.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class BrokenStateTests
{
    [Test]
    [Arguments("cut"), Arguments("empty"), Arguments("garbage"), Arguments("missing"), Arguments("zeros")]
    public async Task The_newest_good_generation_is_used_and_the_broken_one_kept(string kind,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var file = Path.Combine(box.Home, "processes.json");
        for (var i = 0; i < 3; i++) await box.Ok("add", "sleep 1000", "--name", $"p{i}");
        await box.Ok("daemon", "stop");
        // What the newest generation holds is what must come back.
        var good = File.ReadAllText(file);
        File.WriteAllText(file + ".1", good);
        Break(file, kind);
        var begun = await box.Ok("daemon", "start");
        await Assert.That(begun.Err.Split("processes.json").Length).IsGreaterThan(1).Because("the user is told");
        await Assert.That((await box.Ok("list")).Err).IsEqualTo("").Because("the user is told once");
        await Assert.That((await box.List()).Select(entry => entry.Name)).IsEquivalentTo(new[] { "p0", "p1", "p2" });
        var troubles = (await box.Status()).GetProperty("troubles").EnumerateArray()
            .Select(sentence => sentence.GetString()!).ToArray();
        await Assert.That(string.Join('\n', troubles)).Contains("processes.json");
        if (kind != "missing")
            await Assert.That(Directory.EnumerateFiles(box.Home, "processes.json.broken-*").Count()).IsEqualTo(1);
        await box.Ok("add", "sleep 1", "--name", "p3");
        await box.Ok("daemon", "restart");
        await Assert.That((await box.List()).Count).IsEqualTo(4);
    }

    [Test]
    public async Task With_all_generations_broken_it_starts_empty_and_says_so_and_keeps_them(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 5; i++) await box.Ok("add", "sleep 1000", "--name", $"p{i}");
        await box.Ok("daemon", "stop");
        foreach (var file in Directory.EnumerateFiles(box.Home, "processes.json*")) File.WriteAllText(file, "{ broken");
        await box.Ok("daemon", "start");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
        await Assert.That((await box.Status()).GetProperty("troubles").GetArrayLength()).IsGreaterThan(0);
        await Assert.That(Directory.EnumerateFiles(box.Home, "*broken-*").Any()).IsTrue();
    }

    [Test]
    public async Task A_broken_state_does_not_lose_a_running_child(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        await box.UntilGone(daemon);
        foreach (var file in Directory.EnumerateFiles(box.Home, "processes.json*")) File.WriteAllText(file, "");
        await box.Ok("daemon", "start");
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
    }

    [Test]
    public async Task A_run_record_cut_in_half_is_no_obstacle(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        await box.Ok("daemon", "stop");
        foreach (var record in Directory.EnumerateFiles(Path.Combine(box.Home, "run"), "*.json")) Break(record, "cut");
        await box.Ok("daemon", "start");
        await box.UntilState("s", "online");
    }

    static void Break(string file, string kind)
    {
        var bytes = File.ReadAllBytes(file);
        if (kind == "missing") File.Delete(file);
        else
            File.WriteAllBytes(file,
                kind switch
                {
                    "cut" => bytes[..(bytes.Length / 2)],
                    "zeros" => new byte[bytes.Length],
                    "garbage" => "\u0001 no json"u8.ToArray(),
                    _ => []
                });
    }
}
