using Tspm.Protocol;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// CPU and memory of one instance over the last hour: in steps of a second, of ten seconds and of a minute. A step has
/// the highest reading of its time.
/// </summary>
internal sealed class ReadingHistory
{
    /// <summary>The number of steps that are kept of each length.</summary>
    public const int Steps = 60;

    /// <summary>How many seconds a restart is news.</summary>
    const int RestartNews = 60;

    static readonly int[] Seconds = [1, 10, 60];

    readonly Series[] _series = [new(), new(), new()];
    int? _restarts;
    long? _restarted;

    sealed class Series
    {
        public readonly double[] Cpu = new double[Steps], Memory = new double[Steps];
        public long Last = -1;
    }

    /// <summary>Whether the restart count has risen within the last minute, which is worth a look.</summary>
    public bool WasJustRestarted => _restarted is { } second && _series[0].Last - second < RestartNews;

    /// <summary>Adds a reading.</summary>
    /// <param name="process">The reading; what is not known counts as 0.</param>
    /// <param name="second">The time in seconds, from any beginning.</param>
    public void Add(ProcessStatus process, long second)
    {
        // Before the first reading, a restart is as old as the child that it started.
        if (_restarts is not { } earlier)
            _restarted = process is { Restarts: > 0, UptimeMs: { } uptime } ? second - uptime / 1000 : null;
        else if (process.Restarts != earlier) _restarted = process.Restarts > earlier ? second : null;
        _restarts = process.Restarts;
        for (var i = 0; i < _series.Length; i++)
        {
            var (series, step) = (_series[i], second / Seconds[i]);
            if (series.Last < 0) series.Last = step - 1;
            // A missed step keeps the reading before it.
            for (var at = Math.Max(series.Last + 1, step - Steps + 1); at <= step; at++)
            {
                var (before, index) = ((at + Steps - 1) % Steps, at % Steps);
                (series.Cpu[index], series.Memory[index]) =
                    at == step ? (0, 0) : (series.Cpu[before], series.Memory[before]);
            }
            var now = step % Steps;
            series.Last = Math.Max(series.Last, step);
            series.Cpu[now] = Math.Max(series.Cpu[now], process.CpuPercent ?? 0);
            series.Memory[now] = Math.Max(series.Memory[now], process.MemoryBytes ?? 0);
        }
    }

    /// <summary>The last steps, the oldest first; fewer if there have not been as many.</summary>
    /// <param name="length">0 for seconds, 1 for ten seconds, 2 for minutes.</param>
    /// <param name="ofMemory">Memory in bytes, or else CPU in percent.</param>
    /// <param name="count">The most steps to return.</param>
    public double[] Last(int length, bool ofMemory, int count)
    {
        var series = _series[length];
        var values = ofMemory ? series.Memory : series.Cpu;
        var known = (int)Math.Min(Math.Min(count, Steps), series.Last + 1);
        var result = new double[Math.Max(0, known)];
        for (var i = 0; i < result.Length; i++)
            result[i] = values[(series.Last - result.Length + 1 + i) % Steps];
        return result;
    }
}
