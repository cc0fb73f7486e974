using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>signal</c>: sends a signal, given as HUP, SIGHUP, 1 or, as for kill(1), -HUP.</summary>
[RegisterCommands]
internal sealed class SignalCommand
{
    [Command("signal")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var words = line.Words;
        var name = words[0].TrimStart('-');
        if (!Signals.TryParse(name, out var signal)) throw new UsageException(NotASignal(words));
        return new Change<SignalRequest, SignalResponse>(
            Methods.Signal, new SignalRequest { Signal = name, Selectors = words[1..] },
            _ => $"sent {Signals.NameOf(signal)}")
        {
            Total = static _ => "signalled",
        }
            .Run(session, ChangeFlags.From(line));
    });

    static string NotASignal(string[] words)
    {
        var problem = $"'{words[0]}' is not a signal";
        // Users may type the process before the signal.
        var isSwapped = words.Length > 1 && Signals.TryParse(words[^1].TrimStart('-'), out _);
        return isSwapped
            ? $"{problem}; the signal comes first: tspm signal {string.Join(' ', [words[^1], .. words[..^1]])}"
            : $"{problem}; expected a name such as HUP or SIGHUP, or a number from 1 to 64";
    }
}
