using Tspm.Protocol;

namespace Tspm.Logs.Reading;

/// <summary>
/// Merges several sources into one sequence in order of time. Of each source, only one line is in memory. A null in the
/// sequence means that a slice of work yielded no line, so that the caller can give other work a turn.
/// </summary>
internal sealed class LogView
{
    readonly List<ILogSource> _heap = [];
    readonly Dictionary<ILogSource, int> _ranks = [];

    /// <summary>Adds a source. Lines with the same time come in the order in which their sources were added.</summary>
    public void Add(ILogSource source) => _ranks.TryAdd(source, _ranks.Count);

    /// <summary>Removes a source, with the line that was read from it and not yielded yet.</summary>
    public void Remove(ILogSource source)
    {
        _heap.Remove(source);
        for (var i = _heap.Count / 2 - 1; i >= 0; i--) SiftDown(i);
        _ranks.Remove(source);
    }

    /// <summary>Moves each source to its starting point. Yields only nulls.</summary>
    public static IEnumerable<LogLine?> Locate(IEnumerable<ILogSource> sources)
    {
        foreach (var source in sources)
        {
            foreach (var _ in source.Locate()) yield return null;
            yield return null;
        }
    }

    /// <summary>
    /// Reads lines of these sources, and of all that still have a line from an earlier call, until there are no more or
    /// <paramref name="most"/> have been yielded.
    /// </summary>
    public IEnumerable<LogLine?> Read(IEnumerable<ILogSource> sources, bool takePartial, int most = int.MaxValue)
    {
        foreach (var source in sources)
        {
            if (_heap.Contains(source)) continue;
            LogStep step;
            while ((step = source.Next(takePartial)) == LogStep.Busy) yield return null;
            if (step == LogStep.Line) Push(source);
        }
        while (_heap.Count > 0 && most-- > 0)
        {
            var source = _heap[0];
            yield return source.Head;
            LogStep step;
            while ((step = source.Next(takePartial)) == LogStep.Busy) yield return null;
            if (step == LogStep.Nothing) RemoveFirst();
            SiftDown(0);
        }
    }

    /// <summary>Whether a line has been read and not yielded yet.</summary>
    public bool HasMore => _heap.Count > 0;

    bool IsBefore(ILogSource one, ILogSource other) =>
        one.HeadTime != other.HeadTime ? one.HeadTime < other.HeadTime : _ranks[one] < _ranks[other];

    void Push(ILogSource source)
    {
        var at = _heap.Count;
        _heap.Add(source);
        while (at > 0 && IsBefore(source, _heap[(at - 1) / 2]))
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _heap[at] = source;
    }

    void RemoveFirst()
    {
        _heap[0] = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
    }

    void SiftDown(int at)
    {
        if (at >= _heap.Count) return;
        var source = _heap[at];
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= _heap.Count) break;
            if (child + 1 < _heap.Count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], source)) break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = source;
    }
}
