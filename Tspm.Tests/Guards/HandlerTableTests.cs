using Tspm.Daemon.Control;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>The daemon answers every method of the table, each by one handler.</summary>
[Timeout(60_000)]
internal sealed class HandlerTableTests
{
    [Test]
    public async Task Every_method_has_one_handler(CancellationToken cancellation)
    {
        var answered = HandlerTable.All.Select(handler => handler.Method).OrderBy(method => method.Name).ToList();
        await Assert.That(answered).IsEquivalentTo(MethodRows.All.OrderBy(method => method.Name));
    }

    [Test]
    public async Task A_method_is_found_by_its_name_only(CancellationToken cancellation)
    {
        foreach (var method in MethodRows.All)
            await Assert.That(HandlerTable.Find(method.Name)!.Method).IsSameReferenceAs(method);
        await Assert.That(MethodRows.All.Select(method => method.Name).Distinct().Count())
            .IsEqualTo(MethodRows.All.Count);
        await Assert.That(HandlerTable.Find("fly")).IsNull();
        await Assert.That(HandlerTable.Find("List")).IsNull();
    }

    /// <summary>One whose file has another name is not found by the build.</summary>
    [Test]
    public async Task Every_handler_is_in_the_table(CancellationToken cancellation)
    {
        var handlers = typeof(Handler).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Handler)) && !type.IsAbstract).Select(type => type.Name).Order();
        await Assert.That(HandlerTable.All.Select(handler => handler.GetType().Name).Order())
            .IsEquivalentTo(handlers);
    }

    [Test]
    public async Task The_field_of_a_method_has_its_name(CancellationToken cancellation)
    {
        foreach (var field in typeof(Methods).GetFields().Where(field => !field.IsLiteral))
            await Assert.That(((Method)field.GetValue(null)!).Name).IsEqualTo(field.Name.ToLowerInvariant());
    }
}
