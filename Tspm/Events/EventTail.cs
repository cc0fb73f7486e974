using Tspm.Model.State;

namespace Tspm.Events;

/// <summary>
/// Follows the event log: returns each event once, in order, across rotations. It starts after a given sequence number,
/// so that a reader can return later, even to another daemon.
/// </summary>
/// <param name="path">Path of the newest file.</param>
/// <param name="after">The sequence number after which to start.</param>
/// <param name="notBefore">Older events are ignored; in Unix milliseconds.</param>
internal sealed class EventTail(string path, long after, long notBefore = long.MinValue)
{
    ulong _inode;
    long _offset;

    /// <summary>Sequence number of the last event read.</summary>
    public long Seq { get; private set; } = after;

    /// <summary>Reads the events that were written since the last call.</summary>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public List<ProcessEvent> ReadNew()
    {
        var found = new List<ProcessEvent>();
        var offset = _offset;
        var content = EventFiles.Read(path, ref offset, out var inode);
        if (inode != _inode)
        {
            // The file was rotated. Events written to the previous file, or to files in between, come first.
            (_inode, _offset) = (inode, 0);
            foreach (var happened in EventFiles.Newest(path))
            {
                if (happened is null) continue;
                if (happened.Seq <= Seq || happened.Time.ToUnixTimeMilliseconds() < notBefore) break;
                found.Add(happened);
            }
            found.Reverse();
            if (found.Count > 0) Seq = found[^1].Seq;
            // The offset stays 0: the next call reads the new file again and skips known events by their numbers.
            return found;
        }
        for (var rest = content.AsSpan(); rest.Length > 0;)
        {
            var length = rest.IndexOf((byte)'\n') + 1;
            if (EventFiles.Parse(rest[..(length - 1)]) is { } happened && happened.Seq > Seq)
            {
                found.Add(happened);
                Seq = happened.Seq;
            }
            rest = rest[length..];
        }
        _offset = offset;
        return found;
    }
}
