using Tspm.Boot;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>enable</c> and <c>disable</c> as far as they need no service manager; the rest is in Systemd/ and Boot/.
/// </summary>
[Timeout(60_000), ParallelLimiter<ScenarioLimit>]
public class BootServiceScenarios
{
    [Test]
    public async Task Without_a_service_manager_enable_says_what_to_put_into_an_init_script(
        CancellationToken cancellation)
    {
        RequireNoServiceManager();
        await using var box = new TspmBox(cancellation);
        var refused = await box.Run("enable");
        refused.Exits(1).Says("neither systemd nor launchd");
        await Assert.That(refused.Err.Trim()).DoesNotContain("\n").And
            .Contains($"TSPM_HOME={box.Home} {PublishedExecutable.Path} daemon").And.Contains("SIGTERM");
        await Assert.That(refused.Out).IsEmpty();
    }

    [Test]
    public async Task Without_a_service_manager_there_is_nothing_to_disable(CancellationToken cancellation)
    {
        RequireNoServiceManager();
        await using var box = new TspmBox(cancellation);
        var ran = (await box.Run("disable")).Exits(0);
        await Assert.That(ran.Out).IsEqualTo("no boot service is enabled\n");
        (await box.Run("unstartup")).Exits(0).Says("'unstartup' is called 'tspm disable' here");
    }

    [Test]
    public async Task Print_shows_what_would_be_written_and_writes_nothing(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["HOME"] = box.Folder;
        var ran = (await box.Run("enable", "--socket", "--print")).Exits(0);
        foreach (var line in new[] { $"ExecStart={PublishedExecutable.Path} daemon --take-over",
            $"Environment=TSPM_HOME={box.Home}", $"ListenStream={box.SocketPath}" })
            await Assert.That(ran.Out.Split('\n')).Contains(line);
        await Assert.That(ran.Err.Split('\n',
            StringSplitOptions.RemoveEmptyEntries).Select(path => Path.GetFileName(path)))
                .IsEquivalentTo(["tspm.service", "tspm.socket"]);
        foreach (var path in ran.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await Assert.That(File.Exists(path)).IsFalse();
        await Assert.That(Directory.Exists(box.Home)).IsFalse();
    }

    static void RequireNoServiceManager()
    {
        if (OperatingSystem.IsMacOS() || SystemdService.IsBooted)
            Skip.Test("SKIPPED: this machine has a service manager, in which nothing is to be changed");
    }
}
