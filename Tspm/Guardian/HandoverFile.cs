using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// A <see cref="Handover"/> in a file in memory (man 2 memfd_create): it has any size, and goes over an exec or through
/// a socket as one descriptor.
/// </summary>
internal static unsafe class HandoverFile
{
    /// <summary>The file; with a problem it is not there, or could not be filled.</summary>
    public static Descriptor Make(Handover given, out string? problem)
    {
        problem = null;
        var memory = Descriptors.MemoryFile("tspm-handover");
        if (!memory.IsOpen)
        {
            problem = $"cannot make a file in memory: {Errno.Describe(Errno.Last)}";
            return memory;
        }
        var bytes = given.ToBytes();
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length && problem is null;)
            {
                var count = Unistd.pwrite(memory.Number, start + done, (nuint)(bytes.Length - done), done);
                if (count >= 0) done += count;
                else if (Errno.Last != Errno.EINTR)
                    problem = $"cannot write into a file in memory: {Errno.Describe(Errno.Last)}";
            }
        }
        return memory;
    }

    /// <exception cref="HandoverException">It cannot be read.</exception>
    public static byte[] Read(int memory)
    {
        if (SysStat.fstat(memory, out var status) != 0)
            throw new HandoverException($"the handover cannot be read: {Errno.Describe(Errno.Last)}");
        var bytes = new byte[status.Size];
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = Unistd.pread(memory, start + done, (nuint)(bytes.Length - done), done);
                if (count == 0 || (count < 0 && Errno.Last != Errno.EINTR))
                    throw new HandoverException("the handover ends too early");
                done += Math.Max(0, count);
            }
        }
        return bytes;
    }
}
