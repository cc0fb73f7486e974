namespace Tspm.Tests.Direct;

/// <summary>Every row of <see cref="VerbRows"/>, through both sides of the socket.</summary>
[Timeout(60_000)]
internal sealed class VerbTests
{
    public static IEnumerable<string> Names() => VerbRows.ByName.Keys;

    public static IEnumerable<string> NamesWithJson() =>
        VerbRows.ByName.Values.Where(static row => row.Json.Length > 0).Select(static row => row.Name);

    [Test, MethodDataSource(nameof(Names))]
    public async Task A_command_answers_as_its_row_says(string name, CancellationToken cancellation)
    {
        var row = VerbRows.ByName[name];
        using var world = new VerbWorld();
        await Prepare(world, row);
        var asked = row.Asks is { } method ? world.Answers(method.Name, row.Error) : 0;
        var printed = await world.Run(row.Line, row.OnTerminal, row.IsCold);
        await Assert.That(printed.Code).IsEqualTo(row.Code).Because(printed.ToString());
        await Contains(printed.Out, row.Out, printed);
        await Contains(printed.Err, row.Err, printed);
        if (row.Asks is { } reached)
            await Assert.That(world.Answers(reached.Name, row.Error)).IsGreaterThan(asked)
                .Because($"'{reached}' must be answered with {row.Error}");
        await CheckWorld(world, row);
    }

    [Test, MethodDataSource(nameof(NamesWithJson))]
    public async Task The_same_command_prints_JSON(string name, CancellationToken cancellation)
    {
        var row = VerbRows.ByName[name];
        using var world = new VerbWorld();
        await Prepare(world, row);
        var printed = await world.Run(row.Line + " --json", isCold: row.IsCold);
        await Assert.That(printed.Code).IsEqualTo(row.Code).Because(printed.ToString());
        var document = JsonFacts.Read(printed.Out);
        var wrong = row.Json.Select(fact => JsonFacts.Problem(document, fact)).OfType<string>();
        await Assert.That(wrong).IsEmpty().Because(printed.Out);
        await CheckWorld(world, row);
    }

    static async Task Prepare(VerbWorld world, VerbRow row)
    {
        foreach (var (file, text) in row.Files) world.Write(file, text);
        foreach (var line in row.Given) await world.Given(line);
        row.Before?.Invoke(world);
        // The number is ENOSPC's: the daemon says it in the system's words.
        if (row.DiskIsFull) world.Daemon.SaveFailure = new IOException("no room", 28);
    }

    static async Task Contains(string text, string[] fragments, Printed printed)
    {
        if (fragments.Length == 0) await Assert.That(text).IsEmpty().Because(printed.ToString());
        foreach (var fragment in fragments)
            await Assert.That(text).Contains(fragment).Because(printed.ToString());
    }

    static async Task CheckWorld(VerbWorld world, VerbRow row)
    {
        // A surplus instance is forgotten right after the step that answered.
        await world.Daemon.OnItsThread(static _ => true);
        if (row.Leaves is { } states) await Assert.That(world.States()).IsEqualTo(states);
        if (row.Then is { } then) await Assert.That(then(world)).IsTrue().Because("what must be true after " + row);
        await Assert.That(world.Daemon.Faults).IsEmpty();
    }
}
