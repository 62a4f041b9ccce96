/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdarg.h>

#include "drover-unattended-private.h"

/* Windows' answer file, by the name that its Setup looks for on every medium. Nothing in it goes
 * around a check of Microsoft's: the machine has what Windows asks for. There is no password in it
 * either (drover_unattended_takes_password()), and no product key: Windows can be activated
 * afterwards.
 *
 * The text is written as XML is, with “%” for the next value, which is escaped. */

/* C is the system's, X the installer's own; drives get the letters after C in turn. */
static const char drive_letters[] = "DEFGHIJK";

/* What virtio-win's disc has for a machine's parts, in folders of this name. */
static const char *const drivers[] = {
  "viostor", "vioscsi", "NetKVM", "Balloon", "vioserial", "viorng", "vioinput", "viogpudo",
  "qemufwcfg",
};

static const char first_logon[] =
  "@echo off\r\n"
  "rem Written by Drover: what is done when the user signs in for the first time.\r\n"
  "rem The account was made without a password: the next sign-in asks for a new one.\r\n"
  "net user \"%USERNAME%\" /logonpasswordchg:yes\r\n"
  "rem Guest tools, when the disc with the drivers is in one of the drives.\r\n"
  "for %%d in (D E F G H I J K) do (\r\n"
  "  if exist %%d:\\virtio-win-guest-tools.exe (\r\n"
  "    start /wait %%d:\\virtio-win-guest-tools.exe /install /quiet /norestart\r\n"
  "  )\r\n"
  ")\r\n";

static void
add (GString *xml, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  for (const char *p = format; *p != '\0'; p++)
    if (*p == '%')
      {
        g_autofree char *value = g_markup_escape_text (va_arg (args, const char *), -1);

        g_string_append (xml, value);
      }
    else
      g_string_append_c (xml, *p);
  va_end (args);
}

static const char *
get_architecture (const DroverUnattended *self)
{
  return g_str_equal (self->architecture, "aarch64") ? "arm64" : "amd64";
}

static void
begin_component (GString *xml, const DroverUnattended *self, const char *name)
{
  add (xml,
       "    <component name=\"%\" processorArchitecture=\"%\""
       " publicKeyToken=\"31bf3856ad364e35\" language=\"neutral\" versionScope=\"nonSxS\">\n",
       name, get_architecture (self));
}

static void
end_component (GString *xml)
{
  g_string_append (xml, "    </component>\n");
}

static void
add_language (GString *xml, const DroverUnattended *self, gboolean is_setup)
{
  g_autofree char *locale = _drover_windows_locale (self->locale);
  const char *keyboard = _drover_windows_keyboard (self->keyboard, self->keyboard_variant);

  begin_component (xml, self, is_setup ? "Microsoft-Windows-International-Core-WinPE"
                   : "Microsoft-Windows-International-Core");
  if (is_setup)
    add (xml, "      <SetupUILanguage>\n        <UILanguage>%</UILanguage>\n"
         "      </SetupUILanguage>\n", locale);
  /* Each language brings a keyboard, which is better than a wrong one. */
  add (xml, "      <InputLocale>%</InputLocale>\n", keyboard != NULL ? keyboard : locale);
  add (xml, "      <SystemLocale>%</SystemLocale>\n", locale);
  add (xml, "      <UILanguage>%</UILanguage>\n", locale);
  add (xml, "      <UserLocale>%</UserLocale>\n", locale);
  end_component (xml);
}

static void
add_drivers (GString *xml, const DroverUnattended *self)
{
  const char *folder = g_str_equal (self->architecture, "aarch64") ? "ARM64" : "amd64";
  guint key = 0;

  begin_component (xml, self, "Microsoft-Windows-PnpCustomizationsWinPE");
  g_string_append (xml, "      <DriverPaths>\n");
  for (const char *letter = drive_letters; *letter != '\0'; letter++)
    for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
      {
        g_autofree char *number = g_strdup_printf ("%u", ++key);
        g_autofree char *path = g_strdup_printf ("%c:\\%s\\w11\\%s", *letter, drivers[i], folder);

        add (xml, "        <PathAndCredentials wcm:action=\"add\" wcm:keyValue=\"%\">\n"
             "          <Path>%</Path>\n"
             "        </PathAndCredentials>\n", number, path);
      }
  g_string_append (xml, "      </DriverPaths>\n");
  end_component (xml);
}

static void
add_disk (GString *xml)
{
  g_string_append (xml,
    "      <DiskConfiguration>\n"
    "        <WillShowUI>OnError</WillShowUI>\n"
    "        <Disk wcm:action=\"add\">\n"
    "          <DiskID>0</DiskID>\n"
    "          <WillWipeDisk>true</WillWipeDisk>\n"
    "          <CreatePartitions>\n"
    "            <CreatePartition wcm:action=\"add\">\n"
    "              <Order>1</Order>\n"
    "              <Type>EFI</Type>\n"
    "              <Size>260</Size>\n"
    "            </CreatePartition>\n"
    "            <CreatePartition wcm:action=\"add\">\n"
    "              <Order>2</Order>\n"
    "              <Type>MSR</Type>\n"
    "              <Size>16</Size>\n"
    "            </CreatePartition>\n"
    "            <CreatePartition wcm:action=\"add\">\n"
    "              <Order>3</Order>\n"
    "              <Type>Primary</Type>\n"
    "              <Extend>true</Extend>\n"
    "            </CreatePartition>\n"
    "          </CreatePartitions>\n"
    "          <ModifyPartitions>\n"
    "            <ModifyPartition wcm:action=\"add\">\n"
    "              <Order>1</Order>\n"
    "              <PartitionID>1</PartitionID>\n"
    "              <Format>FAT32</Format>\n"
    "              <Label>System</Label>\n"
    "            </ModifyPartition>\n"
    "            <ModifyPartition wcm:action=\"add\">\n"
    "              <Order>2</Order>\n"
    "              <PartitionID>2</PartitionID>\n"
    "            </ModifyPartition>\n"
    "            <ModifyPartition wcm:action=\"add\">\n"
    "              <Order>3</Order>\n"
    "              <PartitionID>3</PartitionID>\n"
    "              <Format>NTFS</Format>\n"
    "              <Label>Windows</Label>\n"
    "              <Letter>C</Letter>\n"
    "            </ModifyPartition>\n"
    "          </ModifyPartitions>\n"
    "        </Disk>\n"
    "      </DiskConfiguration>\n");
}

static void
add_image (GString *xml, const DroverUnattended *self)
{
  g_string_append (xml, "      <ImageInstall>\n        <OSImage>\n");
  if (self->edition != NULL)
    add (xml,
         "          <InstallFrom>\n"
         "            <MetaData wcm:action=\"add\">\n"
         "              <Key>/IMAGE/NAME</Key>\n"
         "              <Value>%</Value>\n"
         "            </MetaData>\n"
         "          </InstallFrom>\n", self->edition);
  g_string_append (xml,
    "          <InstallTo>\n"
    "            <DiskID>0</DiskID>\n"
    "            <PartitionID>3</PartitionID>\n"
    "          </InstallTo>\n"
    "          <WillShowUI>OnError</WillShowUI>\n"
    "        </OSImage>\n"
    "      </ImageInstall>\n");
}

static void
add_setup (GString *xml, const DroverUnattended *self)
{
  begin_component (xml, self, "Microsoft-Windows-Setup");
  add_disk (xml);
  add_image (xml, self);
  g_string_append (xml, "      <UserData>\n");
  /* Setup shows the licence to who has not seen it yet. */
  if (self->accept_licence)
    g_string_append (xml, "        <AcceptEula>true</AcceptEula>\n");
  add (xml, "        <FullName>%</FullName>\n",
       self->real_name != NULL ? self->real_name : self->user);
  /* Without a key the edition must be chosen by its name, here or by the user. */
  if (self->edition != NULL)
    g_string_append (xml, "        <ProductKey>\n"
                     "          <Key></Key>\n"
                     "          <WillShowUI>OnError</WillShowUI>\n"
                     "        </ProductKey>\n");
  g_string_append (xml, "      </UserData>\n");
  end_component (xml);
}

static void
add_computer (GString *xml, const DroverUnattended *self)
{
  const char *zone = _drover_windows_time_zone (self->time_zone);

  begin_component (xml, self, "Microsoft-Windows-Shell-Setup");
  add (xml, "      <ComputerName>%</ComputerName>\n", self->host_name);
  if (zone != NULL)
    add (xml, "      <TimeZone>%</TimeZone>\n", zone);
  end_component (xml);
}

/* The account has an empty password, with which Windows lets nobody in over the network; the
 * script makes the user choose one. It is looked for in all drives, since nobody knows the letter
 * of this medium. */
static void
add_account (GString *xml, const DroverUnattended *self)
{
  begin_component (xml, self, "Microsoft-Windows-Shell-Setup");
  g_string_append (xml, "      <OOBE>\n");
  if (self->accept_licence)
    g_string_append (xml, "        <HideEULAPage>true</HideEULAPage>\n");
  g_string_append (xml,
    "        <HideOEMRegistrationScreen>true</HideOEMRegistrationScreen>\n"
    "        <HideOnlineAccountScreens>true</HideOnlineAccountScreens>\n"
    "        <HideWirelessSetupInOOBE>true</HideWirelessSetupInOOBE>\n"
    "        <ProtectYourPC>3</ProtectYourPC>\n"
    "      </OOBE>\n");
  add (xml,
       "      <UserAccounts>\n"
       "        <LocalAccounts>\n"
       "          <LocalAccount wcm:action=\"add\">\n"
       "            <Name>%</Name>\n"
       "            <DisplayName>%</DisplayName>\n"
       "            <Group>Administrators</Group>\n"
       "            <Password>\n"
       "              <Value></Value>\n"
       "              <PlainText>true</PlainText>\n"
       "            </Password>\n"
       "          </LocalAccount>\n"
       "        </LocalAccounts>\n"
       "      </UserAccounts>\n",
       self->user, self->real_name != NULL ? self->real_name : self->user);
  g_string_append (xml,
    "      <FirstLogonCommands>\n"
    "        <SynchronousCommand wcm:action=\"add\">\n"
    "          <Order>1</Order>\n"
    "          <Description>Drover</Description>\n"
    "          <CommandLine>cmd /c for %d in (D E F G H I J K) do if exist "
    "%d:\\drover\\first-logon.cmd call %d:\\drover\\first-logon.cmd</CommandLine>\n"
    "        </SynchronousCommand>\n"
    "      </FirstLogonCommands>\n");
  end_component (xml);
}

void
_drover_unattended_make_autounattend (const DroverUnattended *self, GHashTable *files)
{
  g_autoptr (GString) xml = g_string_new (
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<unattend xmlns=\"urn:schemas-microsoft-com:unattend\""
    " xmlns:wcm=\"http://schemas.microsoft.com/WMIConfig/2002/State\">\n");

  g_string_append (xml, "  <settings pass=\"windowsPE\">\n");
  add_language (xml, self, TRUE);
  add_drivers (xml, self);
  add_setup (xml, self);
  g_string_append (xml, "  </settings>\n  <settings pass=\"specialize\">\n");
  add_computer (xml, self);
  g_string_append (xml, "  </settings>\n  <settings pass=\"oobeSystem\">\n");
  add_language (xml, self, FALSE);
  add_account (xml, self);
  g_string_append (xml, "  </settings>\n</unattend>\n");

  _drover_unattended_add_text (files, "autounattend.xml", xml->str);
  _drover_unattended_add_text (files, "drover/first-logon.cmd", first_logon);
}
