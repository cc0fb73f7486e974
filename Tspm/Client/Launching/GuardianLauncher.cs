using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Guardian.Contract;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Client.Launching;

/// <summary>
/// Starts the guardian of this home, detached: own session, no terminal, no descriptor of ours but a pipe on which it
/// says when the daemon answers, or why it does not. So nothing is polled, and of fifty clients that start one at once
/// every one learns that one runs.
/// </summary>
internal sealed class GuardianLauncher : IDaemonLauncher
{
    /// <summary>The number of the pipe in the guardian.</summary>
    const int ReadyDescriptor = 3;

    /// <summary>Sources are duplicated to above the fixed numbers before they are put there.</summary>
    const int AboveFixed = 16;

    public void Start()
    {
        // Descriptors that we inherited and that are not close-on-exec (a shell's here-document, a test's pipe) would
        // live as long as the daemon.
        InheritedDescriptors.HideAll();
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd))
            throw Failure("cannot make a pipe", Descriptors.LastProblem);
        using var pipe = readEnd;
        using var source = Descriptors.Duplicate(writeEnd.Number, AboveFixed);
        writeEnd.Dispose();
        var started = Spawn(source.NumberOrNone);
        // The daemon alone has this end: when it is gone, the line ends.
        source.Dispose();
        if (!started.IsStarted) throw Failure("cannot start the daemon", started.Reason);
        Understand(PipeReading.ReadLine(pipe.Number));
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

    static void Understand(string said)
    {
        if (said is ReadyPipe.Ready or ReadyPipe.Running) return;
        if (said.StartsWith(ReadyPipe.DiedPrefix, StringComparison.Ordinal))
        {
            throw new DaemonException(
                LocalError.Unreachable,
                $"the daemon died before it was ready, {said[ReadyPipe.DiedPrefix.Length..]}; the guardian is "
                    + "starting it again; see tspm status, and daemon.log in its home folder");
        }
        if (!said.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal))
            throw new DaemonException(LocalError.Unreachable,
                "the daemon ended before it was ready; the reason is at the end of daemon.log in its home folder");
        var rest = said[ReadyPipe.FailedPrefix.Length..];
        var space = rest.IndexOf(' ');
        var notPermitted = rest.AsSpan(0, space) is "6";
        throw new DaemonException(notPermitted ? LocalError.NotPermitted : Protocol.ErrorCode.Failed,
            $"the daemon cannot start: {rest[(space + 1)..]}");
    }

    static DaemonException Failure(string what, string reason) =>
        new(Protocol.ErrorCode.Failed, $"{what}: {reason}");
}
