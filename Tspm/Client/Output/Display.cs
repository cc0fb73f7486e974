using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Output;

/// <summary>Formats values for people. An unknown value is a dash, never a zero.</summary>
internal static class Display
{
    const string Unknown = "-";

    /// <summary><c>web</c>, or <c>web:0</c> when there are several instances.</summary>
    public static string Name(string name, int instance, bool several) =>
        ControlText.Escape(several ? string.Create(CultureInfo.InvariantCulture, $"{name}:{instance}") : name);

    /// <summary>The ids of the processes that have several instances among these entries.</summary>
    public static HashSet<int> WithSeveral(IEnumerable<InstanceKey> entries)
    {
        var seen = new HashSet<int>();
        var several = new HashSet<int>();
        foreach (var (id, instance) in entries)
            if (!seen.Add(id) || instance > 0) several.Add(id);
        return several;
    }

    public static string State(ProcessState state) => state switch
    {
        ProcessState.Stopped => "stopped",
        ProcessState.Starting => "starting",
        ProcessState.Online => "online",
        ProcessState.Stopping => "stopping",
        ProcessState.Waiting => "waiting",
        _ => "errored",
    };

    /// <summary>The state, with the time of the next restart or the next scheduled run if there is one.</summary>
    public static string State(ProcessStatus process) => process switch
    {
        { State: ProcessState.Waiting, NextStartInMs: { } next } => $"waiting (restarts in {NextTry(next)})",
        { State: not ProcessState.Waiting, NextRunAt: { } run } =>
            $"{State(process.State)} (next run {Moment(run, TimeProvider.System.GetLocalNow())})",
        _ => State(process.State),
    };

    /// <summary>The time until the next start, rounded up to whole seconds.</summary>
    public static string NextTry(long ms) => Duration.Format(Ms(RoundedUp(ms)));

    /// <summary>
    /// A scheduled time, as short as possible: with its date unless that is today, with its year unless that is this
    /// year, and in its own time zone, with the offset from UTC if that differs from the user's.
    /// </summary>
    public static string Moment(DateTimeOffset time, DateTimeOffset now)
    {
        var isForeign = TimeZoneInfo.Local.GetUtcOffset(time) != time.Offset;
        var year = now.ToOffset(time.Offset).Year == time.Year ? "" : "yyyy-";
        var date = now.ToOffset(time.Offset).Date == time.Date ? "" : $"{year}MM-dd ";
        return time.ToString($"{date}HH:mm{(isForeign ? " zzz" : "")}", CultureInfo.InvariantCulture);
    }

    public static string Number(int? value) =>
        value is { } known ? known.ToString(CultureInfo.InvariantCulture) : Unknown;

    public static string Uptime(long? ms) =>
        ms is { } known ? Duration.Format(Ms(known < 1000 ? known : known / 1000 * 1000)) : Unknown;

    public static string Cpu(double? percent) =>
        percent is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0}%") : Unknown;

    public static string Memory(long? bytes) => bytes is { } known ? ByteSize.Format(known) : Unknown;

    public static string Time(DateTimeOffset? time) =>
        time is { } known
            ? known.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)
            : Unknown;

    /// <summary>The time in its own time zone.</summary>
    public static string TimeThere(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    public static string Text(string? text) => text is { Length: > 0 } ? ControlText.Escape(text) : Unknown;

    static TimeSpan Ms(long ms) => TimeSpan.FromMilliseconds(ms);

    /// <summary>Rounds up to full seconds: "in 0.3 s" would flicker, and "0 s" would be wrong.</summary>
    static long RoundedUp(long ms) => ms <= 0 ? 0 : (ms + 999) / 1000 * 1000;
}
