using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>
/// Prints the outcome of each process: successes on standard output; failures on standard error, with the last lines of
/// the process.
/// </summary>
internal static class Outcomes
{
    /// <summary>A narrower terminal breaks lines by itself.</summary>
    const int LeastWidth = 8;

    /// <param name="session">The outputs.</param>
    /// <param name="response">The answer of the daemon.</param>
    /// <param name="phrase">Describes a success.</param>
    /// <param name="withSuccesses">False to print only failures.</param>
    /// <param name="total">Describes a success in the last line, which counts them; null for its state.</param>
    /// <param name="selectors">What the user typed: whoever types <c>web:0</c> reads <c>web:0</c>.</param>
    public static void Print(
        ClientSession session, ChangeResponse response, Func<ProcessOutcome, string> phrase, bool withSuccesses,
        Func<ProcessOutcome, string>? total = null, IReadOnlyList<string>? selectors = null)
    {
        var several = Display.WithSeveral(
            response.Processes.Select(static process => new InstanceKey(process.Id, process.Instance)));
        several.UnionWith(response.Processes.Where(process => TypedSelectors.Name(selectors ?? [], process))
            .Select(static process => process.Id));
        foreach (var process in response.Processes)
        {
            var name = Display.Name(process.Name, process.Instance, several.Contains(process.Id));
            if (process.Error is null && withSuccesses) Print(session, $"{name}: {phrase(process)}");
            if (process.Error is { } error) Warn(session, $"{name}: {ControlText.Escape(error)}");
            if (process.Warning is { } warning) Warn(session, $"{name}: {ControlText.Escape(warning)}");
            PrintLastLines(session, name, process.LastLines);
        }
        foreach (var note in response.Notes ?? []) Warn(session, ControlText.Escape(note));
        if (response.Error is { } whole) Warn(session, ControlText.Escape(whole));
        if (withSuccesses && session.Out.IsTerminal && response.Processes.Count > 1)
            PrintTotal(session, response.Processes, several, total ?? (static process => Display.State(process.State)));
    }

    /// <summary>Prints the line of totals, below everything else.</summary>
    static void PrintTotal(
        ClientSession session, IReadOnlyList<ProcessOutcome> processes, HashSet<int> several,
        Func<ProcessOutcome, string> total)
    {
        List<string> done = [.. processes.Where(static process => process.Error is null).Select(total)];
        List<string> failed = [.. processes.Where(static process => process.Error is not null)
            .Select(process => Display.Name(process.Name, process.Instance, several.Contains(process.Id)))];
        session.Out.Flush();
        session.Err.Flush();
        Print(session, Totals.Describe(done, failed));
    }

    static void PrintLastLines(ClientSession session, string name, IReadOnlyList<string>? lines)
    {
        if (lines is not { Count: > 0 }) return;
        Warn(session, $"{name}: last lines of its output:");
        foreach (var line in lines) Warn(session, "  " + ControlText.Escape(line));
    }

    static void Print(ClientSession session, string sentence) =>
        WriteLines(session.Out, sentence, StandardStreams.Width());

    static void Warn(ClientSession session, string sentence) =>
        WriteLines(session.Err, sentence, StandardStreams.ErrorSize().Columns);

    /// <summary>On a terminal, a sentence takes as many lines as it needs: no word is broken at its edge.</summary>
    static void WriteLines(OutputWriter output, string sentence, int width)
    {
        if (!output.IsTerminal)
        {
            output.WriteLine(sentence);
            return;
        }
        foreach (var line in CellText.Wrap(sentence, Math.Max(LeastWidth, width), "  ")) output.WriteLine(line);
    }

    /// <summary>The phrase of a verb after which the process is in some state: <c>online (pid 12)</c>.</summary>
    public static string InState(ProcessOutcome process) =>
        process.Pid is { } pid && process.State is not ProcessState.Stopped
            ? $"{Display.State(process.State)} (pid {Display.Number(pid)})"
            : Display.State(process.State);
}
