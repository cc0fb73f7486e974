using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Guardian.Contract;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Client.Launching;

/// <summary>
/// Starts the guardian of this home, detached: in its own session, without a terminal, and with no descriptor of ours
/// except a pipe. On the pipe it reports when the daemon answers, or why it does not. So nothing is polled, and if
/// fifty clients start a daemon at once, each of them learns that one runs.
/// </summary>
internal sealed class GuardianLauncher : IDaemonLauncher
{
    /// <summary>The number of the pipe in the guardian.</summary>
    const int ReadyDescriptor = 3;

    /// <summary>Source descriptors are first duplicated above the fixed numbers, so that they do not collide.</summary>
    const int AboveFixed = 16;

    public void Start()
    {
        // Inherited descriptors without close-on-exec (a shell's here-document, a test's pipe) would otherwise stay
        // open as long as the daemon lives.
        InheritedDescriptors.HideAll();
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd))
            throw Failure("cannot make a pipe", Descriptors.LastProblem);
        using var pipe = readEnd;
        using var source = Descriptors.Duplicate(writeEnd.Number, AboveFixed);
        writeEnd.Dispose();
        var started = Spawn(source.NumberOrNone);
        // Now only the daemon holds this end, so the read ends when the daemon is gone.
        source.Dispose();
        if (!started.IsStarted) throw Failure("cannot start the daemon", started.Reason);
        ThrowUnlessReady(PipeReading.ReadLine(pipe.Number));
    }

    static SpawnResult Spawn(int readySource)
    {
        OuterTree.ShedMark();
        return PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = SelfPath.Value,
            Arguments = ["tspm", "daemon", $"{GuardianOptions.ReadyFlag}{ReadyDescriptor}"],
            Environment = WithoutOuterMarks(ClientContextBuilder.KeptEnvironment()),
            Descriptors =
            [
                ChildDescriptor.NullInput(ChildDescriptor.StandardInput),
                ChildDescriptor.NullOutput(ChildDescriptor.StandardOutput),
                ChildDescriptor.NullOutput(ChildDescriptor.StandardError),
                ChildDescriptor.Copy(readySource, ReadyDescriptor),
            ],
            Leads = ChildLeads.Session,
        });
    }

    static Dictionary<string, string> WithoutOuterMarks(IReadOnlyDictionary<string, string> kept)
    {
        var environment = new Dictionary<string, string>(kept, StringComparer.Ordinal);
        foreach (var variable in OuterTree.Variables) environment.Remove(variable);
        return environment;
    }

    static void ThrowUnlessReady(string report)
    {
        if (report is ReadyPipe.Ready or ReadyPipe.Running) return;
        if (report.StartsWith(ReadyPipe.DiedPrefix, StringComparison.Ordinal))
        {
            throw new DaemonException(
                LocalError.Unreachable,
                $"the daemon died before it was ready, {report[ReadyPipe.DiedPrefix.Length..]}; its guardian is "
                    + "starting it again. See: tspm status, and daemon.log in the home folder");
        }
        if (!report.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal))
            throw new DaemonException(LocalError.Unreachable,
                "the daemon ended before it was ready; see the end of daemon.log in its home folder");
        var rest = report[ReadyPipe.FailedPrefix.Length..];
        var space = rest.IndexOf(' ');
        var notPermitted = rest.AsSpan(0, space) is "6";
        throw new DaemonException(notPermitted ? LocalError.NotPermitted : Protocol.ErrorCode.Failed,
            $"the daemon cannot start: {rest[(space + 1)..]}");
    }

    static DaemonException Failure(string what, string reason) =>
        new(Protocol.ErrorCode.Failed, $"{what}: {reason}");
}
