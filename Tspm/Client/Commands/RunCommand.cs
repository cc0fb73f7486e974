using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>run</c>: runs a command under the daemon as if the shell had run it, and exits with its exit code.
/// </summary>
[RegisterCommands]
internal sealed class RunCommand
{
    [Command("run")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        int? ended = null;
        CommandRunner.Run(session, () => (ended = RunOne(session, line)).Value);
        // An exit code of Tspm must not be taken for one of the program.
        return ended ?? ExitCodes.RunFailed;
    });

    static int RunOne(ClientSession session, ParsedLine line)
    {
        var (keep, noAutoStart) = (line.IsOn("keep"), line.IsOff("auto-start"));
        var request = new StartRequest
        {
            Define = Target(line).Define,
            HasOverrides = true,
            Client = session.Context(noAutoStart),
            Temporary = keep ? null : true,
        };
        if (line.ValueOf("name") is null) request = request with { Define = [request.Define![0] with { Name = null }] };
        // The clock of another machine may differ.
        DateTimeOffset? begun = session.Remote is null ? TimeProvider.System.GetUtcNow() : null;
        StartResponse response;
        using (var daemon = session.ConnectToChange(noAutoStart))
        {
            OlderDaemon.RequireTemporary(daemon);
            response = daemon.Call(Methods.Start, request, ChangeFlags.From(line).Deadline);
        }
        var started = response.Processes[0];
        if (started.Error is { } error)
            throw new DaemonException(ErrorCode.Failed, $"{started.Name}: {error}");
        using var oneShot = new OneShot(session, started, keep);
        return oneShot.Run(begun);
    }

    /// <summary>The command, as <c>start --job</c> would define it.</summary>
    static StartTarget Target(ParsedLine line)
    {
        List<GivenFlag> flags = [.. line.ConfigFlags, new GivenFlag(Flags.Find("job")!, null)];
        var (words, program) = line.Words is [var command, _, ..]
            ? ([command], line.Words[1..]) : (line.Words, line.Program);
        if (words is [var file] && LocalFiles.Here.Recognise(file) is FileKind.Tspm or FileKind.Pm2)
            throw new UsageException($"'{ControlText.Escape(words[0])}' is a config file, but 'run' takes a command; "
                + $"to start what it defines: tspm up {ControlText.Escape(ShellWords.Quote(words[0]))}");
        var target = StartTarget.Resolve(words, program, flags, static (_, _) => [], LocalFiles.Here);
        return target.Unknown is { } unknown ? throw unknown : target;
    }
}
