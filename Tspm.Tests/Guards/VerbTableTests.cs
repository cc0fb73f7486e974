using System.Reflection;
using Tspm.Client.CommandLine;

namespace Tspm.Tests.Guards;

/// <summary>Every verb of the table has one command, and ConsoleAppFramework knows it by the verb's name.</summary>
[Timeout(60_000)]
internal sealed class VerbTableTests
{
    /// <summary>The help is no command: it is about the others.</summary>
    const string Help = "help";

    [Test]
    public async Task Every_verb_has_one_command(CancellationToken cancellation)
    {
        var verbs = Verbs.All.Select(verb => verb.Name).Distinct().Where(name => name != Help).Order();
        await Assert.That(Commands().Select(command => command.Name).Order().SequenceEqual(verbs)).IsTrue()
            .Because(string.Join(' ', Commands().Select(command => command.Name).Order()));
    }

    /// <summary>
    /// With an option or a filter, the framework would read the line again, or abandon it after a signal.
    /// </summary>
    [Test]
    public async Task A_command_takes_nothing_but_its_context(CancellationToken cancellation)
    {
        foreach (var (name, method) in Commands())
        {
            var taken = method.GetParameters().Select(parameter => parameter.ParameterType.Name);
            await Assert.That(string.Join(' ', taken)).IsEqualTo("ConsoleAppContext").Because(name);
            var filters = method.CustomAttributes.Concat(method.DeclaringType!.CustomAttributes)
                .Where(attribute => attribute.AttributeType.Name.Contains("Filter", StringComparison.Ordinal));
            await Assert.That(filters).IsEmpty().Because(name);
        }
    }

    [Test]
    public async Task No_two_verbs_answer_to_the_same_word(CancellationToken cancellation)
    {
        var words = Verbs.All.Where(verb => verb.Aliases is not [Verbs.ListAsJson])
            .SelectMany(verb => verb.Aliases.Prepend(verb.Name)).Append(Verbs.ListAsJson).ToList();
        await Assert.That(words.Distinct().Count()).IsEqualTo(words.Count);
        foreach (var word in words) await Assert.That(Verbs.Find(word)!.Is(word)).IsTrue();
    }

    static List<(string Name, MethodInfo Method)> Commands() =>
    [
        .. typeof(CommandRouter).Assembly.GetTypes().Where(type => Has(type, "RegisterCommandsAttribute"))
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(method => (NameOf(method), method)),
    ];

    /// <summary>
    /// Without the attribute, the framework makes a name of the method's: every public method is a command.
    /// </summary>
    static string NameOf(MethodInfo method) =>
        method.CustomAttributes.SingleOrDefault(attribute => attribute.AttributeType.Name == "CommandAttribute")
            ?.ConstructorArguments[0].Value as string ?? $"?{method.DeclaringType!.Name}.{method.Name}";

    static bool Has(MemberInfo member, string attribute) =>
        member.CustomAttributes.Any(found => found.AttributeType.Name == attribute);
}
