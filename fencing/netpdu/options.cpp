#include "options.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>

namespace twinsite::fencing {

namespace {

const std::vector<Option>& connection_options() {
    static const std::vector<Option> all{
        {.name = "action",
         .letter = 'o',
         .argument = "action",
         .shortdesc = "Fencing action: on, off, reboot, status, list, list-status, monitor, "
                      "validate-all, metadata, manpage",
         .default_value = "reboot"},
        {.name = "ip",
         .letter = 'a',
         .argument = "ip",
         .shortdesc = "IP address or name of the PDU",
         .required = true,
         .old_name = "ipaddr"},
        {.name = "ipport",
         .letter = 'u',
         .argument = "port",
         .type = Type::integer,
         .shortdesc = "UDP or TCP port of the PDU (default: 161 for SNMP, else the protocol's)"},
        {.name = "plug",
         .letter = 'n',
         .argument = "id",
         .shortdesc = "Outlets that power the node, by number or name; several are separated by "
                      "plug_separator and must all be off before any is switched on",
         .old_name = "port"},
        {.name = "model",
         .argument = "family",
         .shortdesc = "PDU family: the name of a model file, or auto to ask the device",
         .default_value = "auto"},
        {.name = "method",
         .letter = 'm',
         .argument = "method",
         .type = Type::select,
         .shortdesc = "How to reboot: onoff switches off and on again; cycle leaves both to the "
                      "device, and succeeds only if all outlets were seen off in between",
         .default_value = "onoff",
         .choices = {"onoff", "cycle"}},
        {.name = "inet4_only",
         .letter = '4',
         .type = Type::boolean,
         .shortdesc = "Use IPv4 addresses only"},
        {.name = "inet6_only",
         .letter = '6',
         .type = Type::boolean,
         .shortdesc = "Use IPv6 addresses only"},
    };
    return all;
}

const std::vector<Option>& snmp_options() {
    static const std::vector<Option> all{
        {.name = "snmp_version",
         .letter = 'd',
         .argument = "version",
         .type = Type::select,
         .shortdesc = "SNMP version (default: 3 when username is set, else 1)",
         .choices = {"1", "2c", "3"}},
        {.name = "community",
         .letter = 'c',
         .argument = "community",
         .shortdesc = "SNMP community with write access, for versions 1 and 2c (default: private)"},
        {.name = "community_file",
         .argument = "file",
         .shortdesc = "File whose first line is the community, readable by root only"},
        {.name = "username",
         .letter = 'l',
         .argument = "name",
         .shortdesc = "SNMPv3 user, or user of an HTTP device",
         .old_name = "login"},
        {.name = "password",
         .letter = 'p',
         .argument = "password",
         .shortdesc = "Password of the user; for SNMPv3 the authentication password",
         .old_name = "passwd"},
        {.name = "password_file",
         .argument = "file",
         .shortdesc = "File whose first line is the password, readable by root only"},
        {.name = "password_script",
         .letter = 'S',
         .argument = "script",
         .shortdesc = "Program whose first line of output is the password; no shell runs it",
         .old_name = "passwd_script"},
        {.name = "snmp_sec_level",
         .letter = 'E',
         .argument = "level",
         .type = Type::select,
         .shortdesc = "SNMPv3 security level (default: the highest the given passwords and "
                      "protocols allow)",
         .choices = {"noAuthNoPriv", "authNoPriv", "authPriv"}},
        {.name = "snmp_auth_prot",
         .letter = 'b',
         .argument = "prot",
         .type = Type::select,
         .shortdesc = "SNMPv3 authentication protocol",
         .default_value = "SHA",
         .choices = {"MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"}},
        {.name = "snmp_priv_prot",
         .letter = 'B',
         .argument = "prot",
         .type = Type::select,
         .shortdesc = "SNMPv3 privacy protocol (default: AES)",
         .choices = {"DES", "AES", "AES-128", "AES-192", "AES-256"}},
        {.name = "snmp_priv_passwd",
         .letter = 'P',
         .argument = "pass",
         .shortdesc = "SNMPv3 privacy password (default: the password)"},
        {.name = "snmp_priv_passwd_file",
         .argument = "file",
         .shortdesc = "File whose first line is the privacy password, readable by root only"},
        {.name = "snmp_priv_passwd_script",
         .letter = 'R',
         .argument = "script",
         .shortdesc = "Program whose first line of output is the privacy password"},
    };
    return all;
}

const std::vector<Option>& http_options() {
    static const std::vector<Option> all{
        {.name = "ssl",
         .letter = 'z',
         .argument = "true/false",
         .type = Type::boolean,
         .shortdesc = "Use TLS with PDUs that speak HTTP",
         .default_value = "1"},
        {.name = "ssl_insecure",
         .type = Type::boolean,
         .shortdesc = "Do not verify the PDU's certificate"},
        {.name = "ssl_ca_file",
         .argument = "file",
         .shortdesc = "PEM file of the authorities that may sign the PDU's certificate (default: "
                      "the system's)"},
    };
    return all;
}

const std::vector<Option>& timing_options() {
    static const std::vector<Option> all{
        {.name = "power_timeout",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "One deadline over all steps, until the outlets are as wanted",
         .default_value = "20"},
        {.name = "login_timeout",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "Give up a device that does not answer at all after that long",
         .default_value = "5"},
        {.name = "shell_timeout",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "Give up one question that is not answered after that long",
         .default_value = "5"},
        {.name = "power_wait",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "Wait that long between a command and the first look at its effect",
         .default_value = "0"},
        {.name = "reboot_hold",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "Keep the outlets off that long in a reboot",
         .default_value = "2"},
        {.name = "stonith_status_sleep",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "The longest pause between two looks at the outlets",
         .default_value = "1"},
        {.name = "delay",
         .argument = "seconds",
         .type = Type::second,
         .shortdesc = "Wait that long before off or reboot",
         .default_value = "0"},
        {.name = "retry_on",
         .argument = "attempts",
         .type = Type::integer,
         .shortdesc = "How often a reboot tries to switch on again",
         .default_value = "1"},
        {.name = "disable_timeout",
         .argument = "true/false",
         .shortdesc = "Accepted and ignored: every wait has a deadline"},
    };
    return all;
}

const std::vector<Option>& output_options() {
    static const std::vector<Option> all{
        {.name = "separator",
         .letter = 'C',
         .argument = "char",
         .shortdesc = "Separator of the columns that list prints",
         .default_value = ","},
        {.name = "plug_separator",
         .argument = "char",
         .shortdesc = "Separator of several outlets in plug",
         .default_value = ","},
        {.name = "model_dir",
         .argument = "directory",
         .shortdesc = "Where the model files are",
         .default_value = TWINSITE_MODEL_DIR},
        {.name = "quiet",
         .letter = 'q',
         .type = Type::boolean,
         .shortdesc = "Write no messages to stderr"},
        {.name = "verbose",
         .letter = 'v',
         .type = Type::boolean,
         .shortdesc = "Show each step on stderr"},
        {.name = "verbose_level",
         .argument = "level",
         .type = Type::integer,
         .shortdesc = "0 shows errors and warnings, 1 and more each step"},
        {.name = "debug_file",
         .letter = 'D',
         .argument = "debugfile",
         .shortdesc = "Append each step to this file",
         .old_name = "debug"},
        {.name = "version",
         .letter = 'V',
         .type = Type::boolean,
         .shortdesc = "Print the version and exit"},
        {.name = "help",
         .letter = 'h',
         .type = Type::boolean,
         .shortdesc = "Print the options and exit"},
    };
    return all;
}

} // namespace

std::span<const Option> options() {
    static const std::vector<Option> all = [] {
        std::vector<Option> joined;
        for (const auto* some : {&connection_options(), &snmp_options(), &http_options(),
                                 &timing_options(), &output_options()}) {
            joined.insert(joined.end(), some->begin(), some->end());
        }
        return joined;
    }();
    return all;
}

const Option* find_option(std::string_view name) {
    std::string wanted(name);
    std::replace(wanted.begin(), wanted.end(), '-', '_');
    for (const Option& option : options()) {
        if (option.name == wanted || (!option.old_name.empty() && option.old_name == wanted)) {
            return &option;
        }
    }
    return nullptr;
}

std::span<const Action> actions() {
    static const std::vector<Action> all{
        {"on", "Switches all outlets on. Succeeds when each was read as on."},
        {"off", "Switches all outlets off. Succeeds when each was read as off, and all were so "
                "at the same time."},
        {"reboot", "Off as above, a pause, and on. Succeeds when off was proven, also when an "
                   "outlet then does not come on; that is a warning. This is the default."},
        {"status", "Exits with 0 when an outlet is on, 2 when all are off, 1 when that cannot be "
                   "told."},
        {"list", "Prints each outlet: number, separator, name. Characters that would confuse "
                 "Pacemaker are replaced by '_'."},
        {"list-status", "As list, with ON, OFF or UNKNOWN as third column."},
        {"monitor", "Succeeds when the device is a PDU of the family, its outlets can be read, "
                    "and, where the family has a command that switches nothing, written."},
        {"validate-all", "Checks the parameters without contacting the device."},
        {"metadata", "Prints the XML that clusters read."},
        {"manpage", "Prints this manual in the format of man(7)."},
    };
    return all;
}

} // namespace twinsite::fencing
