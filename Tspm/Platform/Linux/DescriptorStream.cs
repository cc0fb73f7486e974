using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Reads and writes with plain system calls (man 2 read, man 2 write), for descriptors that other processes share: it
/// keeps no offset and does not use the runtime's console.
/// </summary>
internal static unsafe class DescriptorStream
{
    /// <summary>
    /// Waits for bytes and returns their number; 0 at the end, or if reading fails (a reset connection).
    /// </summary>
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

    /// <summary>
    /// Writes everything. Waits for buffer space even if somebody else made the descriptor non-blocking (another child
    /// of the shell, ssh).
    /// </summary>
    /// <param name="descriptor">The descriptor to write to.</param>
    /// <param name="bytes">The bytes to write.</param>
    /// <param name="name">A name of the descriptor, for the message of the exception.</param>
    /// <returns>False if the reader is gone (EPIPE; the runtime ignores SIGPIPE).</returns>
    /// <exception cref="IOException">Writing failed for any other reason: "cannot write NAME: …".</exception>
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
