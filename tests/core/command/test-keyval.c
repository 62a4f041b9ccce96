/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-keyval.h"
#include "drover-test.h"
#include "keyval-laws.h"

static const char *const ugly[] = {
  "",
  ",",
  ",,",
  ",,,",
  ",,,,",
  "=",
  "==",
  "=,=",
  "a",
  "a,",
  "a,,",
  "a,,,",
  ",a",
  ",,a",
  "a=",
  "a=,",
  "a=,,",
  "a=,,,",
  "a==b",
  "a=1,a=2",
  "a=1,a=2,",
  "a=1,,b=2",
  "a=1,,,b=2",
  "a,,b=2",
  "a,,,b=2",
  "b=1,a,,c",
  "a=1,b,,a",
  "b=2,a",
  "a,b=2",
  "noa",
  "noa,b=2",
  "a,noa",
  "noa,a=on",
  "no",
  "no,a",
  "pc,accel=kvm",
  "pc,a=1",
  "type=pc,a",
  "type=pc,noa",
  "a=1,type=pc",
  "size=1G",
  "1G,slots=2",
  "file=/my disks/a,,b.img,if=virtio",
  "socket,id=a,path=/tmp/x,,y,server,nowait",
  "user,id=n,hostfwd=tcp::2222-:22,hostfwd=tcp::8080-:80",
  " a = 1 , b = 2 ",
  "a=ä,b=✓",
  "a=\"x,y\"",
  "{\"driver\":\"raw\"}",
};

static const char *const keys[] = { "a", "b", "type", "accel", "id", "path", "hostfwd", "size",
                                    "server", "wait", "x" };

static const char *const values[] = { "", "1", ",", ",,", "a,b", "=", "a=b", "on", "off", " ",
                                      "/my disks/a,b.img", "ä", "x," };

static const char *const implied[] = { NULL, "type", "a", "x" };

static void
test_laws (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (ugly); t++)
    for (guint i = 0; i < G_N_ELEMENTS (implied); i++)
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        for (guint v = 0; v < G_N_ELEMENTS (values); v++)
          keyval_check_laws (ugly[t], implied[i], keys[k], values[v]);
}

/* Everything that is not of @key, as QEMU reads it. */
static char *
describe_others (const char *text, const char *implied_key, const char *key)
{
  const char *last;
  guint n;

  return law_describe (text, implied_key, key, &n, &last);
}

static void
assert_strv (const char *text, GStrv found, const char *const *expected)
{
  g_autofree char *a = g_strjoinv ("|", found);
  g_autofree char *b = g_strjoinv ("|", (GStrv) expected);

  law_assert_text ("PutGet of a list", text, a, b);
  g_assert_cmpuint (g_strv_length (found), ==, g_strv_length ((GStrv) expected));
}

static void
check_list_laws (const char *text, const char *implied_key, const char *key,
                 const char *const *list)
{
  g_auto (GStrv) old = drover_keyval_dup_all (text, implied_key, key);
  g_autofree char *same =
    drover_keyval_set_all (text, implied_key, key, (const char *const *) old);
  g_autofree char *put = drover_keyval_set_all (text, implied_key, key, list);
  g_auto (GStrv) got = drover_keyval_dup_all (put, implied_key, key);
  g_autofree char *others_before = describe_others (text, implied_key, key);
  g_autofree char *others_after = describe_others (put, implied_key, key);

  law_assert_text ("GetPut of a list", text, same, text);
  assert_strv (put, got, list);
  law_assert_text ("Locality of a list", put, others_after, others_before);
}

static void
test_list_laws (void)
{
  static const char *const lists[][5] = {
    { NULL }, { "1" }, { "1", "2" }, { "2", "1", "on" }, { "", "," }, { "tcp::2222-:22" },
    { "tcp::8080-:80", "x", "tcp::2222-:22", "a,b=c" },
  };

  for (guint t = 0; t < G_N_ELEMENTS (ugly); t++)
    for (guint i = 0; i < G_N_ELEMENTS (implied); i++)
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        for (guint l = 0; l < G_N_ELEMENTS (lists); l++)
          check_list_laws (ugly[t], implied[i], keys[k], lists[l]);
}

static void
test_list (void)
{
  static const struct
  {
    const char *text;
    const char *values[4];
    const char *expected;
  } lists[] = {
    { "user,hostfwd=a,id=n,hostfwd=b,x", { "b" }, "user,id=n,hostfwd=b,x" },
    { "user,hostfwd=a,id=n,hostfwd=b,x", { "a" }, "user,hostfwd=a,id=n,x" },
    { "user,hostfwd=a,id=n,hostfwd=b", { "a", "c", "b" },
      "user,hostfwd=a,hostfwd=c,id=n,hostfwd=b" },
    { "user,hostfwd=b,id=n", { "a", "b" }, "user,hostfwd=a,hostfwd=b,id=n" },
    { "user,hostfwd=b,,c,id=n,", { "b,c", "d" }, "user,hostfwd=b,,c,hostfwd=d,id=n," },
    { "user,id=n,", { "a" }, "user,id=n,hostfwd=a" },
    { "user", { NULL }, "user" },
    { "user,hostfwd,,id=n", { "on", "a" }, "user,hostfwd,hostfwd=a,id=n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *text =
        drover_keyval_set_all (lists[i].text, "type", "hostfwd", lists[i].values);

      g_assert_cmpstr (text, ==, lists[i].expected);
    }
}

static void
test_get (void)
{
  static const struct
  {
    const char *text;
    const char *implied;
    const char *key;
    const char *value;
  } cases[] = {
    { "1G", "size", "size", "1G" },
    { "size=1G", "size", "size", "1G" },
    { "1G,size=2G", "size", "size", "2G" },
    { "1G,slots=2", "size", "slots", "2" },
    { "1G", NULL, "1G", "on" },
    { "stdio,mux", "backend", "mux", "on" },
    { "stdio,nomux", "backend", "mux", "off" },
    { "stdio,mux=", "backend", "mux", "" },
    { "stdio", "backend", "mux", NULL },
    { "file=a,,b,id=c", NULL, "file", "a,b" },
    { "file=a,,", NULL, "file", "a," },
    { "file=a,", NULL, "file", "a" },
    { "a,,b", "file", "file", "a,b" },
    { "a=1,a=2", NULL, "a", "2" },
    { "a=1,noa", NULL, "a", "off" },
    { "a==", NULL, "a", "=" },
    { "", "type", "type", NULL },
    { ",x=1", "type", "type", "" },
    { "A=1", NULL, "a", NULL },
    { "ab=1", NULL, "a", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *value =
        drover_keyval_dup (cases[i].text, cases[i].implied, cases[i].key);

      g_assert_cmpstr (value, ==, cases[i].value);
    }
}

static void
test_set (void)
{
  static const struct
  {
    const char *text;
    const char *implied;
    const char *key;
    const char *value;
    const char *result;
  } cases[] = {
    { "", "size", "size", "1G", "size=1G" },
    { "1G", "size", "size", "2G", "2G" },
    { "1G,slots=2", "size", "size", "2G", "2G,slots=2" },
    { "size=1G", "size", "size", "2G", "size=2G" },
    { "pc", "type", "type", "a=b", "type=a=b" },
    { "pc", "type", "type", "", "type=" },
    { "pc", "type", "accel", "kvm", "pc,accel=kvm" },
    { "pc,", "type", "accel", "kvm", "pc,accel=kvm" },
    { "stdio,mux,id=a", "backend", "mux", "off", "stdio,mux=off,id=a" },
    { "stdio,nomux,id=a", "backend", "mux", "on", "stdio,mux=on,id=a" },
    { "stdio,nomux,id=a", "backend", "mux", "off", "stdio,nomux,id=a" },
    { "stdio,mux,,id=a", "backend", "mux", "off", "stdio,mux=off,id=a" },
    { "file=a,,b, id=c", NULL, "file", "x,y", "file=x,,y, id=c" },
    { "a=1,b,a=2", NULL, "a", "3", "a=1,b,a=3" },
    { "a=1,,", NULL, "b", "2", "a=1,,,b=2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result =
        drover_keyval_set (cases[i].text, cases[i].implied, cases[i].key, cases[i].value);

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_remove (void)
{
  static const struct
  {
    const char *text;
    const char *implied;
    const char *key;
    const char *result;
  } cases[] = {
    { "a=1,b=2,c=3", NULL, "a", "b=2,c=3" },
    { "a=1,b=2,c=3", NULL, "b", "a=1,c=3" },
    { "a=1,b=2,c=3", NULL, "c", "a=1,b=2" },
    { "a=1,b=2,", NULL, "b", "a=1," },
    { "a=1,b=2,a=3", NULL, "a", "b=2" },
    { "a=1", NULL, "a", "" },
    { "a=1", NULL, "b", "a=1" },
    { "a=1,,b", NULL, "b", "a=1,,b" },
    { "a=1,b,,c", NULL, "b", "a=1,c" },
    { "stdio,signal=off,id=a", "backend", "signal", "stdio,id=a" },
    { "stdio,nosignal,id=a", "backend", "signal", "stdio,id=a" },
    { "pc,usb", "type", "type", "usb=on" },
    { "pc,nousb", "type", "type", "usb=off" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result =
        drover_keyval_remove (cases[i].text, cases[i].implied, cases[i].key);

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_items (void)
{
  static const char text[] = "stdio,id=a,,b,mux,";
  static const DroverKeyvalItem expected[] = {
    { .start = 0, .end = 5, .key_length = 0, .value_start = 0 },
    { .start = 6, .end = 13, .key_length = 2, .value_start = 9 },
    { .start = 14, .end = 17, .key_length = 3, .value_start = 17, .is_flag = TRUE },
  };
  g_autoptr (GArray) items = drover_keyval_parse (text, TRUE);

  g_assert_cmpuint (items->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      g_assert_cmpuint (item->start, ==, expected[i].start);
      g_assert_cmpuint (item->end, ==, expected[i].end);
      g_assert_cmpuint (item->key_length, ==, expected[i].key_length);
      g_assert_cmpuint (item->value_start, ==, expected[i].value_start);
      g_assert_true (item->is_flag == expected[i].is_flag);
    }
}

static void
test_escape (void)
{
  g_autofree char *escaped = drover_keyval_escape (",a,,b,");
  g_autofree char *plain = drover_keyval_escape ("a=b");

  g_assert_cmpstr (escaped, ==, ",,a,,,,b,,");
  g_assert_cmpstr (plain, ==, "a=b");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/keyval/items", test_items);
  g_test_add_func ("/keyval/get", test_get);
  g_test_add_func ("/keyval/set", test_set);
  g_test_add_func ("/keyval/remove", test_remove);
  g_test_add_func ("/keyval/escape", test_escape);
  g_test_add_func ("/keyval/laws", test_laws);
  g_test_add_func ("/keyval/list-laws", test_list_laws);
  g_test_add_func ("/keyval/list", test_list);
  return drover_test_run ();
}
