using System.Globalization;
using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.State;

namespace Tspm.Client.Monit.Drawing;

/// <summary>
/// The first row: the machine, how many processes are in which state, what they use, the daemon, and the time. Parts
/// for which there is no room are left out from the right; the time stays.
/// </summary>
internal static class HeaderView
{
    static readonly ProcessState[] Order =
    [
        ProcessState.Errored, ProcessState.Waiting, ProcessState.Online, ProcessState.Starting, ProcessState.Stopping,
        ProcessState.Stopped,
    ];

    public static void Draw(ScreenBuffer frame, MonitModel model, DateTimeOffset now)
    {
        var time = now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var end = frame.Width - time.Length - 1;
        var x = frame.Write(0, 0, $"tspm {model.Host} ", Style.Bold, Math.Max(0, end));
        if (model.Problem is { } problem)
        {
            if (end > x) frame.Write(x + 1, 0, problem, Style.Of(Colour.BrightYellow), end - x - 2);
        }
        else
        {
            foreach (var (text, style) in Parts(model, now))
            {
                var width = CellText.WidthOf(text);
                if (x + 1 + width > end) break;
                x = frame.Write(x + 1, 0, text, style) + 1;
            }
        }
        frame.Write(Math.Max(0, frame.Width - time.Length), 0, time, Style.Dim);
    }

    static IEnumerable<(string Text, Style Style)> Parts(MonitModel model, DateTimeOffset now)
    {
        foreach (var state in Order)
        {
            var count = model.List.All.Count(process => process.State == state);
            if (count == 0) continue;
            var word = state == ProcessState.Errored ? "ERRORED" : Display.State(state);
            yield return (string.Create(CultureInfo.InvariantCulture, $"{count} {word}"), StateSign.StyleOf(state));
        }
        if (model.Deaths is { } deaths)
            yield return ($"daemon died {deaths.Words(DaemonDeathText.ShortTime)}", Style.Of(Colour.BrightYellow));
        var processes = model.List.All;
        if (processes.Any(static one => one.CpuPercent is not null))
            yield return ($"cpu {Display.Cpu(processes.Sum(static one => one.CpuPercent ?? 0))}", default);
        if (processes.Any(static one => one.MemoryBytes is not null))
            yield return ($"mem {Display.Memory(processes.Sum(static one => one.MemoryBytes ?? 0))}", default);
        if (model.DaemonVersion is not { } version) yield break;
        var up = model.DaemonSince is { } since
            ? $" up {Display.Uptime((long)Math.Max(0, (now - since).TotalMilliseconds))}" : "";
        yield return ($"daemon {version}{up}", Style.Dim);
    }
}
