#nullable enable

using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

namespace NUnit.Standin
{
    /// <summary>Finds and runs an assembly's tests, as Unity's runner does with the real NUnit.</summary>
    public static class TestRunner
    {
        /// <summary>Runs the tests whose full name contains a part; 0 where at least one ran and none failed.</summary>
        public static int Run(Assembly assembly, string part)
        {
            int passed = 0, failed = 0, ignored = 0;
            foreach (Type fixture in assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                foreach ((string name, MethodInfo method, object?[] arguments) in TestsOf(fixture))
                {
                    if (!name.Contains(part))
                    {
                        continue;
                    }

                    var clock = Stopwatch.StartNew();
                    Exception? error = ErrorOf(fixture, method, arguments);
                    string word = error is null ? "passed" : error is IgnoreException ? "ignored" : "FAILED";
                    Console.WriteLine($"{word} {name} ({clock.ElapsedMilliseconds} ms)");
                    passed += error is null ? 1 : 0;
                    ignored += error is IgnoreException ? 1 : 0;
                    failed += error is null || error is IgnoreException ? 0 : 1;
                    if (error != null)
                    {
                        Console.WriteLine(error is IgnoreException ? "  " + error.Message : error.ToString());
                    }
                }
            }

            Console.WriteLine($"{passed} passed, {failed} failed, {ignored} ignored");
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        private static IEnumerable<(string Name, MethodInfo Method, object?[] Arguments)> TestsOf(Type fixture)
        {
            foreach (MethodInfo method in fixture.GetMethods())
            {
                string name = fixture.Name + "." + method.Name;
                if (method.GetCustomAttribute<TestAttribute>() != null)
                {
                    yield return (name, method, Array.Empty<object?>());
                }

                foreach (object?[] arguments in CasesOf(fixture, method))
                {
                    yield return ($"{name}({string.Join(", ", arguments)})", method, arguments);
                }
            }
        }

        private static IEnumerable<object?[]> CasesOf(Type fixture, MethodInfo method)
        {
            foreach (TestCaseAttribute one in method.GetCustomAttributes<TestCaseAttribute>())
            {
                yield return one.Arguments;
            }

            const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            foreach (TestCaseSourceAttribute source in method.GetCustomAttributes<TestCaseSourceAttribute>())
            {
                object cases = fixture.GetField(source.SourceName, Static)?.GetValue(null)
                    ?? fixture.GetProperty(source.SourceName, Static)?.GetValue(null)
                    ?? fixture.GetMethod(source.SourceName, Static)!.Invoke(null, null)!;
                foreach (object? one in (IEnumerable)cases)
                {
                    yield return one as object?[] ?? new[] { one };
                }
            }
        }

        private static Exception? ErrorOf(Type fixture, MethodInfo method, object?[] arguments)
        {
            object instance = Activator.CreateInstance(fixture)!;
            Exception? error = null;
            try
            {
                Call<SetUpAttribute>(fixture, instance);
                method.Invoke(instance, arguments);
            }
            catch (TargetInvocationException thrown)
            {
                error = thrown.InnerException;
            }

            try
            {
                Call<TearDownAttribute>(fixture, instance);
            }
            catch (TargetInvocationException thrown)
            {
                error ??= thrown.InnerException;
            }

            return error;
        }

        private static void Call<TAttribute>(Type fixture, object instance)
            where TAttribute : Attribute
        {
            foreach (MethodInfo method in fixture.GetMethods().Where(m => m.GetCustomAttribute<TAttribute>() != null))
            {
                method.Invoke(instance, null);
            }
        }
    }
}
