using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// A <see cref="Handover"/> in a memory file (man 2 memfd_create), which can have any size, and which passes through an
/// exec or a socket as a single descriptor.
/// </summary>
internal static unsafe class HandoverFile
{
    /// <summary>Creates the file and writes the handover into it.</summary>
    /// <param name="given">The handover.</param>
    /// <param name="problem">Why that failed; null: it succeeded.</param>
    public static Descriptor Make(Handover given, out string? problem)
    {
        problem = null;
        var memory = Descriptors.MemoryFile("tspm-handover");
        if (!memory.IsOpen)
        {
            problem = $"cannot create a memory file: {Errno.Describe(Errno.Last)}";
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
                    problem = $"cannot write to a memory file: {Errno.Describe(Errno.Last)}";
            }
        }
        return memory;
    }

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="HandoverException">The file cannot be read.</exception>
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
                    throw new HandoverException("the handover is shorter than its file");
                done += Math.Max(0, count);
            }
        }
        return bytes;
    }
}
