using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// One descriptor of a child: a copy of one of this process, or a file that the child opens itself.
/// </summary>
internal readonly record struct ChildDescriptor
{
    public const int StandardInput = Unistd.STDIN_FILENO, StandardOutput = Unistd.STDOUT_FILENO,
        StandardError = Unistd.STDERR_FILENO;

    const string NullDevice = "/dev/null";

    ChildDescriptor(int number, int source, string? path, int flags) =>
        (Number, Source, Path, Flags) = (number, source, path, flags);

    /// <summary>The number in the child.</summary>
    public int Number { get; }

    /// <summary>The number that is copied; not used if there is a path.</summary>
    public int Source { get; }

    /// <summary>The file to open; null for a copy.</summary>
    public string? Path { get; }

    /// <summary>The flags for open(2).</summary>
    public int Flags { get; }

    /// <summary>
    /// Creates a copy, which is never close-on-exec. An earlier copy may overwrite a source, so sources must have
    /// higher numbers than any descriptor of the child.
    /// </summary>
    public static ChildDescriptor Copy(int source, int number) => new(number, source, path: null, flags: 0);

    /// <summary>Opens /dev/null for reading.</summary>
    public static ChildDescriptor NullInput(int number) => new(number, -1, NullDevice, Fcntl.O_RDONLY);

    /// <summary>Opens /dev/null for writing.</summary>
    public static ChildDescriptor NullOutput(int number) => new(number, -1, NullDevice, Fcntl.O_WRONLY);

    /// <summary>
    /// Opens a file for reading and writing. The child thus holds both ends of a FIFO, so that it gets no SIGPIPE if a
    /// reader dies. A terminal does not become the child's controlling terminal.
    /// </summary>
    public static ChildDescriptor Both(string path, int number) =>
        new(number, -1, path, Fcntl.O_RDWR | Fcntl.O_NOCTTY);
}
