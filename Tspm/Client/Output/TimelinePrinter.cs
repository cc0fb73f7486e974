using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Client.Why;

namespace Tspm.Client.Output;

/// <summary>
/// Prints a timeline of exits as a line of dots with its legend. Each class of exits has its own sign, so that nothing
/// depends on colours.
/// </summary>
internal static class TimelinePrinter
{
    /// <summary>The signs in the order of <see cref="ExitClass"/>.</summary>
    const string Signs = "·◦○◉●";

    static readonly string[] Words =
        ["", "ended on its own", "requested or planned", "over a limit, unhealthy or silent", "failed"];

    public static void Print(OutputWriter output, ExitTimeline timeline)
    {
        var isHour = timeline.Span == TimeSpan.FromHours(1);
        var minutes = timeline.Step.TotalMinutes.ToString(CultureInfo.InvariantCulture);
        output.WriteLine($"exits in the last {(isHour ? "hour" : "day")}, {minutes} minutes per dot:");
        output.Write(new string(' ', timeline.Unknown));
        for (var step = timeline.Unknown; step < timeline.Count; step++)
            WriteSign(output, timeline.At(step));
        output.WriteLine();
        var gap = "";
        for (var kind = ExitClass.Failed; kind > ExitClass.None; kind--)
        {
            if (timeline.CountOf(kind) == 0) continue;
            output.Write(gap);
            WriteSign(output, kind);
            output.Write(string.Create(CultureInfo.InvariantCulture, $" {timeline.CountOf(kind)} {Words[(int)kind]}"));
            gap = "  ";
        }
        output.WriteLine(timeline.Unknown > 0 ? "  (older ones were not read)" : "");
    }

    static void WriteSign(OutputWriter output, ExitClass kind) =>
        output.Write(Signs[(int)kind].ToString(), kind switch
        {
            ExitClass.Failed => Style.Of(Colour.BrightRed),
            ExitClass.Unfit => Style.Of(Colour.BrightYellow),
            ExitClass.Requested => Style.Of(Colour.Cyan),
            ExitClass.Ended => Style.Of(Colour.Green),
            _ => Style.Dim,
        });
}
