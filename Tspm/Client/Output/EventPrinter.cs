using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Events;
using Tspm.Model.State;

namespace Tspm.Client.Output;

/// <summary>
/// Prints events, one per line: time, process and description. In a pipe, the fields are separated by tabs: time, name,
/// kind, resulting state, pid and description. JSON contains everything that is known.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="json">Whether to print JSON.</param>
/// <param name="isSelection">The user selected events by kind or pattern, so none of them is left out.</param>
/// <param name="clock">Determines which times are today's.</param>
internal sealed class EventPrinter(
    OutputWriter output, bool json, bool isSelection = false, TimeProvider? clock = null)
{
    const int MostNameWidth = 24;

    /// <summary>The name shown for events of the daemon itself.</summary>
    const string Daemon = "-";

    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    int _nameWidth = 8, _timeWidth;

    public void Print(ProcessEvent happened)
    {
        if (json)
        {
            JsonPrinter.Print(output, happened, PrintJson.Readable.ProcessEvent);
            return;
        }
        // A crash takes one line. JSON and selections contain every change of state.
        if (!isSelection && EventText.IsRepetition(happened)) return;
        var name = happened.Name is null ? Daemon
            : Display.Name(happened.Name, happened.Instance ?? 0, happened.Instance > 0);
        var words = ControlText.Escape(EventText.Describe(happened));
        if (output.IsTerminal) PrintForPeople(happened, name, words);
        else output.WriteLine(string.Join(
            '\t', LogPrinter.TimeOf(happened.Time), name, happened.Kind, happened.To ?? "-",
            happened.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-", words));
    }

    void PrintForPeople(ProcessEvent happened, string name, string words)
    {
        var time = EventTime.Format(happened.Time, _clock.GetLocalNow());
        _timeWidth = Math.Max(_timeWidth, time.Length);
        _nameWidth = Math.Max(_nameWidth, Math.Min(name.Length, MostNameWidth));
        var (stamp, who) = (time.PadLeft(_timeWidth), name.PadRight(_nameWidth));
        output.WriteLine(output.HasColour
            ? $"\e[2m{stamp}\e[0m {who} {Colour(happened)}{words}\e[0m" : $"{stamp} {who} {words}");
    }

    static string Colour(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.Errored or EventKind.Failed or EventKind.Killed or EventKind.OutOfMemory or EventKind.HookFailed
            or EventKind.DaemonDied or EventKind.HomeLost or EventKind.Lost
            or EventKind.Trouble => "\e[31m",
        EventKind.Unfit or EventKind.Waiting => "\e[33m",
        EventKind.Exited when happened.Cause is CauseCode.Crash => "\e[31m",
        EventKind.ReloadFailed => "\e[31m",
        EventKind.Ready or EventKind.Reloaded => "\e[32m",
        EventKind.Started or EventKind.Restarted when happened.To == "online" => "\e[32m",
        _ => "",
    };
}
