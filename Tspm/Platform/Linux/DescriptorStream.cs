using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Reads and writes with the system calls themselves (man 2 read, man 2 write), for descriptors that others have too:
/// no offset of our own, no console.
/// </summary>
internal static unsafe class DescriptorStream
{
    /// <summary>How many bytes came: waits for the first ones. 0: the end, or it cannot be read (a reset
    /// connection).</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint received;
            do received = Unistd.read(descriptor, start, (nuint)into.Length);
            while (received < 0 && Errno.Last == Errno.EINTR);
            return (int)Math.Max(0, received);
        }
    }

    /// <summary>Writes all of it, and waits for room also where somebody else made the descriptor non-blocking (a
    /// shell's other child, ssh).</summary>
    /// <param name="descriptor">Where to.</param>
    /// <param name="bytes">What.</param>
    /// <param name="name">What the descriptor is, for the sentence of the exception.</param>
    /// <returns>False: the reader is gone (EPIPE; the runtime ignores SIGPIPE).</returns>
    /// <exception cref="IOException">It cannot be written for any other reason: "cannot write NAME: …".</exception>
    public static bool WriteAll(int descriptor, ReadOnlySpan<byte> bytes, string name)
    {
        while (bytes.Length > 0)
        {
            nint written;
            fixed (byte* start = bytes) written = Unistd.write(descriptor, start, (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }
            var errno = Errno.Last;
            if (errno == Errno.EPIPE) return false;
            if (errno == Errno.EAGAIN) WaitUntilWritable(descriptor);
            else if (errno != Errno.EINTR) throw new IOException($"cannot write {name}: {Errno.Describe(errno)}");
        }
        return true;
    }

    static void WaitUntilWritable(int descriptor)
    {
        var request = new PollFd { fd = descriptor, events = SysPoll.POLLOUT };
        _ = SysPoll.poll(&request, 1, -1);
    }
}
