using System.Globalization;
using Tspm.Logs.Events;
using Tspm.Model;

namespace Tspm.Client.Output;

/// <summary>Prints events, one a line: time, whose, what in words. In a pipe with tabs: time, name, kind, state after it, pid, words; as JSON all that is known.</summary>
internal sealed class EventPrinter(OutputWriter output, bool json)
{
    const int MostNameWidth = 24;

    /// <summary>Of what concerns the daemon itself.</summary>
    const string Daemon = "-";

    int _nameWidth = 8;

    public void Print(ProcessEvent happened)
    {
        if (json)
        {
            JsonPrinter.Print(output, happened, PrintJson.Readable.ProcessEvent);
            return;
        }
        var name = happened.Name is null ? Daemon : Display.Name(happened.Name, happened.Instance ?? 0, happened.Instance > 0);
        var (time, words) = (LogPrinter.TimeOf(happened.Time), ControlText.Escape(EventText.Of(happened)));
        if (!output.IsTerminal)
        {
            output.WriteLine(string.Join('\t', time, name, happened.Kind, happened.To ?? "-", happened.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-", words));
            return;
        }
        _nameWidth = Math.Max(_nameWidth, Math.Min(name.Length, MostNameWidth));
        if (output.HasColour) output.WriteLine($"\e[2m{time}\e[0m {name.PadRight(_nameWidth)} {Colour(happened)}{words}\e[0m");
        else output.WriteLine($"{time} {name.PadRight(_nameWidth)} {words}");
    }

    static string Colour(ProcessEvent happened) => happened.Kind switch
    {
        EventKind.Errored or EventKind.Failed or EventKind.Killed or EventKind.OutOfMemory or EventKind.HookFailed or EventKind.DaemonDied or EventKind.HomeLost or EventKind.Lost
            or EventKind.Trouble => "\e[31m",
        EventKind.Unfit or EventKind.Waiting => "\e[33m",
        EventKind.Exited when happened.Cause is EventCause.Crash => "\e[31m",
        EventKind.Ready => "\e[32m",
        EventKind.Started or EventKind.Restarted when happened.To == "online" => "\e[32m",
        _ => "",
    };
}
