using Tspm.Config;
using Tspm.Config.Validation;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Reads with one thread for each request: the pool's threads answer requests, and a network mount that does not
/// respond would block one after the other. Such a thread ends with the daemon; nothing waits for it.
/// </summary>
internal sealed class StartFileReader : IStartFileReader
{
    const int StackBytes = 256 * 1024;

    public void Read(StartFilesRequest request, Action<StartFiles> done) => OnThread(() => done(ReadNow(request)));

    public void FindMissing(IReadOnlyCollection<NeededScript> scripts, Action<IReadOnlySet<NeededScript>> done)
    {
        if (scripts.Count == 0) done(NeededScript.None);
        else OnThread(() => done(MissingNow(scripts)));
    }

    static void OnThread(ThreadStart work)
    {
        try
        {
            new Thread(work, StackBytes) { IsBackground = true, Name = "start files" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // The system cannot create a thread. Use the pool, which has some, rather than block the caller.
            ThreadPool.QueueUserWorkItem(_ => work());
        }
    }

    /// <summary>Checks on the caller's own thread.</summary>
    public static IReadOnlySet<NeededScript> MissingNow(IEnumerable<NeededScript> scripts) =>
        scripts.Where(static script => script.IsMissing()).ToHashSet();

    /// <summary>Reads the files on the caller's own thread.</summary>
    public static StartFiles ReadNow(StartFilesRequest request) => new(request)
    {
        EnvFile = request.EnvFile is { } path ? TextOf(path) : null,
        MissingScript = request.Script is { } script && script.IsMissing() ? script.Sentence : null,
    };

    static EnvFileText TextOf(string path)
    {
        try
        {
            return EnvFileText.Read(path);
        }
        catch (Exception e)
        {
            // Catches everything (a bug, lack of memory), because an exception on this thread would end the daemon.
            return new EnvFileText(path, null, $"the env file {path} cannot be read: {e.Message}");
        }
    }
}
