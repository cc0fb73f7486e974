using Tspm.Model.State;

namespace Tspm.Events;

/// <summary>
/// Reads events as they come, each once, in order, through rotations. Behind a number that was seen last, so that a
/// reader may come back later, to another daemon too.
/// </summary>
/// <param name="path">Of the newest file.</param>
/// <param name="after">The number.</param>
/// <param name="notBefore">What is older is not looked for, Unix milliseconds.</param>
internal sealed class EventTail(string path, long after, long notBefore = long.MinValue)
{
    ulong _inode;
    long _offset;

    /// <summary>The last one that was read.</summary>
    public long Seq { get; private set; } = after;

    /// <summary>What has come since the last call.</summary>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public List<ProcessEvent> ReadNew()
    {
        var found = new List<ProcessEvent>();
        var content = EventFiles.Read(path, _offset, out var inode);
        if (inode != _inode)
        {
            // Another file than the last time: what was written into that one, or into others in between, comes first.
            (_inode, _offset) = (inode, 0);
            foreach (var happened in EventFiles.Newest(path))
            {
                if (happened is null) continue;
                if (happened.Seq <= Seq || happened.Time.ToUnixTimeMilliseconds() < notBefore) break;
                found.Add(happened);
            }
            found.Reverse();
            if (found.Count > 0) Seq = found[^1].Seq;
            // Where in the new file it ends is found out by the next reading; numbers say what is known.
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
        _offset += content.Length;
        return found;
    }
}
