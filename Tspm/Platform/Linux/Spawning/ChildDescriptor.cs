using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>One descriptor of a child: a copy of one of ours, or a file that the child opens itself.</summary>
internal readonly record struct ChildDescriptor
{
    public const int StandardInput = Unistd.STDIN_FILENO, StandardOutput = Unistd.STDOUT_FILENO,
        StandardError = Unistd.STDERR_FILENO;

    const string NullDevice = "/dev/null";

    ChildDescriptor(int number, int source, string? path, int flags) =>
        (Number, Source, Path, Flags) = (number, source, path, flags);

    /// <summary>Its number in the child.</summary>
    public int Number { get; }

    /// <summary>The number of which it is a copy, in the child as well; means nothing with a path.</summary>
    public int Source { get; }

    /// <summary>The file that is opened; null: it is a copy.</summary>
    public string? Path { get; }

    /// <summary>Of open(2).</summary>
    public int Flags { get; }

    /// <summary>
    /// A copy, which is not close-on-exec, whatever the source is. A source that is needed after its number was given
    /// away by an earlier one is lost: sources lie above all numbers of the child.
    /// </summary>
    public static ChildDescriptor Copy(int source, int number) => new(number, source, path: null, flags: 0);

    /// <summary>Reads nothing.</summary>
    public static ChildDescriptor NullInput(int number) => new(number, -1, NullDevice, Fcntl.O_RDONLY);

    /// <summary>Swallows everything.</summary>
    public static ChildDescriptor NullOutput(int number) => new(number, -1, NullDevice, Fcntl.O_WRONLY);

    /// <summary>
    /// For reading and writing: the child then holds both ends of a FIFO, and a reader that dies is no SIGPIPE. A
    /// terminal does not become the child's controlling one.
    /// </summary>
    public static ChildDescriptor Both(string path, int number) =>
        new(number, -1, path, Fcntl.O_RDWR | Fcntl.O_NOCTTY);
}
