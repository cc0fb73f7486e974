using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// What processes take of descriptors is given back when they are gone, by the daemon and by the guardian.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
internal sealed class DescriptorScenarios
{
    /// <summary>The connections of clients, and readings of /proc, come and go.</summary>
    const int MostAtOnce = 4;

    const int Rounds = 12;

    const string Notifier =
        "import os,socket,time; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);"
        + " s.connect('\\0'+os.environ['NOTIFY_SOCKET'][1:]); s.send(b'READY=1'); time.sleep(1000)";

    [Test]
    public async Task Neither_daemon_nor_guardian_keeps_a_descriptor_of_what_is_gone(CancellationToken cancellation)
    {
        Tools.Require("python3");
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "keep");
        var (_, guardian) = await box.DaemonPids();
        await Round(box);
        var daemon = (await box.DaemonPids()).Daemon;
        var (ofDaemon, ofGuardian) = (Count(daemon), Count(guardian));
        // One that is lost a round, by either of them, would be seen.
        for (var round = 0; round < Rounds; round++) await Round(box);
        await Assert.That(await box.DaemonPids()).IsEqualTo((daemon, guardian));
        await box.Until(() => Count(daemon) <= ofDaemon + MostAtOnce, "the daemon has given its descriptors back");
        await box.Until(() => Count(guardian) <= ofGuardian, "the guardian has given its descriptors back");
    }

    /// <summary>Every kind of descriptor: outputs, standard input, sockets to listen on and to be heard on.</summary>
    static async Task Round(TspmBox box)
    {
        await box.Ok("start", "--name", "in", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "in", "line");
        await box.UntilOut("in", "line");
        await box.Ok(
            "start", "--name", "n", "--listen", $"unix:{box.Folder}/n.sock", "--ready", "notify", "--",
            "python3", "-c", Notifier);
        await box.Ok("reload", "n");
        await box.Ok("restart", "in");
        await box.Ok("delete", "in", "n");
    }

    static int Count(int pid) => Directory.GetFiles($"/proc/{pid}/fd").Length;
}
