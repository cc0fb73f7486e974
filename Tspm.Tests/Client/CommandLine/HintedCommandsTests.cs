using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Launching;

namespace Tspm.Tests.Client.CommandLine;

/// <summary>A hint that is typed back reaches the daemon of the command that printed it.</summary>
[Timeout(60_000)]
public sealed class HintedCommandsTests
{
    [Test]
    [Arguments("list", "see: tspm why web", "see: tspm why web")]
    [Arguments("list --system", "see: tspm why web", "see: tspm --system why web")]
    [Arguments("--system list", "'tspm stop a' or tspm start b", "'tspm --system stop a' or tspm --system start b")]
    [Arguments("list -H ssh://a", "(tspm list)", "(tspm -H ssh://a list)")]
    [Arguments("list --host=box", "tspm why web; tspm logs web", "tspm -H box why web; tspm -H box logs web")]
    [Arguments("list -- --system", "tspm why web", "tspm why web")]
    [Arguments("list --system", "sudo tspm enable --system", "sudo tspm enable --system")]
    [Arguments("list --system", "tspm --system list", "tspm --system list")]
    [Arguments("list --system", "(TSPM_HOME=/x tspm disable), or tspm list",
        "(TSPM_HOME=/x tspm disable), or tspm --system list")]
    [Arguments("list --system", "tspm stop a; or tspm list --system", "tspm --system stop a; or tspm list --system")]
    [Arguments("list --system", "this tspm 2.0 is the older tspm (pid 7)", "this tspm 2.0 is the older tspm (pid 7)")]
    [Arguments("list --system", "run old-tspm list", "run old-tspm list")]
    public async Task A_command_in_a_sentence_gets_the_flags_that_chose_the_daemon(
        string typed, string sentence, string expected, CancellationToken cancellation)
    {
        HintedCommands.Remember(typed.Split(' '));
        var completed = HintedCommands.Complete(sentence);
        HintedCommands.Remember([]);
        await Assert.That(completed).IsEqualTo(expected);
    }

    [Test]
    [Arguments("list --system", "sudo tspm list --system")]
    [Arguments("--system stop 'a b'", "sudo tspm --system stop 'a b'")]
    [Arguments("list -q", "sudo tspm --system list -q")]
    public async Task Root_can_type_the_same_command(string typed, string expected, CancellationToken cancellation)
    {
        HintedCommands.Remember([.. typed.Split(' ', 3).Select(static word => word.Trim('\''))]);
        var (command, completed) = (HintedCommands.AsRoot, HintedCommands.Complete(HintedCommands.AsRoot));
        HintedCommands.Remember([]);
        await Assert.That(command).IsEqualTo(expected);
        await Assert.That(completed).IsEqualTo(expected);
    }

    /// <summary>Sentences of the client, of the daemon, and about a mistake in the line itself.</summary>
    [Test]
    [Arguments("-H ssh://nowhere status web", "tspm -H ssh://nowhere describe web")]
    [Arguments("stop --host ssh://nowhere", "for all processes: tspm -H ssh://nowhere stop all")]
    public async Task Everything_on_standard_error_is_completed(
        string typed, string expected, CancellationToken cancellation)
    {
        using var daemon = new FakeDaemon(static _ => null, started: false);
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, new NoLauncher(), output.Writer, errors.Writer);
        CommandRouter.Run(session, typed.Split(' '));
        HintedCommands.Remember([]);
        await Assert.That(errors.Text).Contains(expected);
    }

    sealed class NoLauncher : IDaemonLauncher
    {
        public void Start() => throw new InvalidOperationException("nothing may start a daemon here");
    }
}
