"""The words of the calendar in many languages: months, weekdays, halves of the day, zones.

Folded as `dates.folded` does it (lower case, no accents, "đ" as "d"). Where two
languages disagree about a word, the second table says so by language.

Touches: nothing.
"""

from __future__ import annotations


def _table(text: str) -> list[str]:
    return text.split()


# One row per month; forms after the nominative are those a date is written with.
_MONTHS = (
    # en, fr, es, pt, it, ro, de, nl, Nordic, Baltic, id/ms/sw, hu, tr
    "january jan janvier janv enero ene janeiro gennaio gen ianuarie ian januar januari jaanuar janvaris jan januari januar januaria janvar yanvar ocak oca"
    " января январь янв јануар јануара јан јануари януари яну студзеня січня січень січ"
    " ιανουαριου ιανουαριος ιαν يناير كانون-الثاني იანვარი იან հունվարի հունվար जनवरी มกราคม ม.ค ม.ค. ינואר stycznia styczen sty ledna leden sijecnja"
    " sijecanj sausio"
    " tammikuuta tammikuu ژانویه қаңтар",
    "february feb febr fevrier fevr febrero fevereiro fev febbraio februarie februar februari veebruar februaris februara februarja subat sub fevral"
    " февраля февраль фев февр фебруар фебруара феб фебруари февруари лютага лютого лютий лют"
    " φεβρουαριου φεβρουαριος φεβ فبراير شباط თებერვალი თებ փետրվարի փետրվար फरवरी กุมภาพันธ์ ก.พ ก.พ. פברואר lutego luty unora unor veljace veljaca vasario"
    " helmikuuta helmikuu فوریه ақпан",
    "march mar mars marzo marco martie mar marz maerz mrz maart marts marta marec martsa mart maret mac machi marcius marc"
    " марта март мар сакавіка березня березень бер"
    " μαρτιου μαρτιος μαρ مارس آذار اذار მარტი მარ մարտի մարտ मार्च มีนาคม มี.ค มี.ค. מרץ marca marzec brezna brezen bre ozujka ozujak kovo maaliskuuta"
    " maaliskuu наурыз",
    "april apr avril avr abril abr aprile aprilie apr aprill aprilis aprila aprili aprilja aprel nisan nis aprilis aprilja apr"
    " апреля апрель апр април априла красавіка квітня квітень квіт"
    " απριλιου απριλιος απρ أبريل ابريل نيسان აპრილი აპრ ապրիլի ապրիլ अप्रैल เมษายน เม.ย เม.ย. אפריל kwietnia kwiecien kwi dubna duben dub travnja travanj"
    " balandzio"
    " huhtikuuta huhtikuu آوریل сәуір",
    "may mai mayo maio maggio mag mei maj maja mayis majus maijs maj mei mayi"
    " мая май мај маја травня травень трав"
    " μαιου μαιος μαι مايو أيار ايار მაისი მაი մայիսի մայիս मई พฤษภาคม พ.ค พ.ค. מאי kvetna kveten kve svibnja svibanj geguzes toukokuuta toukokuu مه мамыр",
    "june jun juin junio junho giugno giu iunie iun juni juuni junijs juna junija haziran haz iyun junius juin"
    " июня июнь июн јун јуна јуни юни чэрвеня червня червень черв"
    " ιουνιου ιουνιος ιουν يونيو يونيه حزيران ივნისი ივნ հունիսի հունիս जून มิถุนายน มิ.ย มิ.ย. יוני czerwca czerwiec cze cervna cerven lipnja lipanj birzelio"
    " kesakuuta kesakuu ژوئن маусым",
    "july jul juillet juil julio julho luglio lug iulie iul juli juuli julijs jula julija temmuz tem iyul julius julai julai"
    " июля июль июл јул јула јули юли ліпеня липня липень"
    " ιουλιου ιουλιος ιουλ يوليو يوليه تموز ივლისი ივლ հուլիսի հուլիս जुलाई กรกฎาคม ก.ค ก.ค. יולי lipca lipiec cervence cervenec srpnja srpanj liepos"
    " heinakuuta heinakuu ژوئیه шілде",
    "august aug aout agosto ago augustus augusti augusts augusta avgusta avgust agustus agustos agu augusztus ogos ogo agosti agt ags"
    " августа август авг аугуст жніўня серпня серпень серп"
    " αυγουστου αυγουστος αυγ أغسطس اغسطس آب აგვისტო აგვ օգոստոսի օգոստոս अगस्त สิงหาคม ส.ค ส.ค. אוגוסט sierpnia sierpien sie kolovoza kolovoz rugpjucio"
    " elokuuta elokuu اوت"
    " тамыз srpna srpen",
    "september sep sept septembre septiembre setiembre setembro set settembre sett septembrie septembris septembra szeptember szept eylul eyl sentyabr septemba"
    " сентября сентябрь сен сент септембар септембра сеп септември верасня вересня вересень вер"
    " σεπτεμβριου σεπτεμβριος σεπ سبتمبر أيلول ايلول სექტემბერი სექ սեպտեմբերի սեպտեմբեր सितंबर सितम्बर กันยายน ก.ย ก.ย. ספטמבר wrzesnia wrzesien wrz zari"
    " rujna rujan rugsejo"
    " syyskuuta syyskuu سپتامبر қыркүйек",
    "october oct octobre octubre outubro out ottobre ott octombrie oktober okt oktoober oktobris oktobra ekim eki oktyabr oktoba oktober"
    " октября октябрь окт октобар октобра октомври кастрычніка жовтня жовтень жовт"
    " οκτωβριου οκτωβριος οκτ أكتوبر اكتوبر ოქტომბერი ოქტ հոկտեմբերի հոկտեմբեր अक्टूबर अक्तूबर ตุลาคม ต.ค ต.ค. אוקטובר pazdziernika pazdziernik paz rijna"
    " rijen spalio"
    " lokakuuta lokakuu اکتبر қазан",
    "november nov novembre noviembre novembro noiembrie noi novembris novembra kasim kas noyabr novemba november"
    " ноября ноябрь ноя нояб новембар новембра нов ноември ное лістапада листопада листопад"
    " νοεμβριου νοεμβριος νοε نوفمبر ნოემბერი ნოე նոյեմբերի նոյեմբեր नवंबर नवम्बर พฤศจิกายน พ.ย พ.ย. נובמבר listopadu studenoga studeni lapkricio"
    " marraskuuta marraskuu نوامبر"
    " қараша",
    "december dec decembre diciembre dic dezembro dez dicembre decembrie dezember desember des detsember decembris decembra aralik ara dekabr desemba december"
    " декабря декабрь дек децембар децембра дец декември снежня грудня грудень груд"
    " δεκεμβριου δεκεμβριος δεκ ديسمبر დეკემბერი დეკ դեկտեմբերի դեկտեմբեր दिसंबर दिसम्बर ธันวาคม ธ.ค ธ.ค. דצמבר grudnia grudzien gru prosince prosinec"
    " prosinca prosinac gruodzio"
    " joulukuuta joulukuu دسامبر желтоқсан",
)
MONTHS: dict[str, int] = {word: number for number, row in enumerate(_MONTHS, start=1) for word in row.split()}

MONTHS_OF: dict[str, dict[str, int]] = {      # where the same word is another month elsewhere
    "hr": {"listopada": 10, "listopad": 10, "srpnja": 7, "lipnja": 6, "travnja": 4},
    "pl": {"listopada": 11, "listopad": 11, "maja": 5},
    "cs": {"listopadu": 11, "srpna": 8},
    "lt": {"kovo": 3},
}

_WEEKDAYS = (
    "monday mon lundi lun lunes segunda segunda-feira lunedi luni montag maandag mandag mandag mandag pazartesi senin понедельник понедельника пн"
    " понеделник понедељак понеділок"
    " poniedzialek pondeli ponedjeljak hetfo δευτερα 월요일 星期一 周一 月曜日 월 الاثنين الإثنين",
    "tuesday tues tue mardi mar martes terca terca-feira martedi marti dienstag dinsdag tirsdag tisdag sali selasa вторник вторника вт уторак вівторок"
    " wtorek utery utorak kedd τριτη"
    " 화요일 星期二 周二 火曜日 الثلاثاء",
    "wednesday wed mercredi mer miercoles mie quarta quarta-feira mercoledi miercuri mittwoch woensdag onsdag carsamba rabu среда среду среды ср среда"
    " середа sroda streda srijeda"
    " szerda τεταρτη 수요일 星期三 周三 水曜日 الأربعاء الاربعاء",
    "thursday thurs thur thu jeudi jeu jueves jue quinta quinta-feira giovedi gio joi donnerstag donderdag torsdag persembe kamis четверг четверга чт"
    " четвъртък четвртак четвер czwartek"
    " ctvrtek cetvrtak csutortok πεμπτη 목요일 星期四 周四 木曜日 الخميس",
    "friday fri vendredi ven viernes vie sexta sexta-feira venerdi vineri freitag vrijdag fredag cuma jumat пятница пятницу пятницы пт петък петак пятниця"
    " piatek patek petak pentek"
    " παρασκευη 금요일 星期五 周五 金曜日 الجمعة",
    "saturday sat samedi sam sabado sab sabato sambata samstag sonnabend zaterdag lordag lordag cumartesi sabtu суббота субботу субботы сб събота субота"
    " sobota subota szombat σαββατο"
    " 토요일 星期六 周六 土曜日 السبت",
    "sunday sun dimanche dim domingo dom domenica duminica sonntag zondag sondag pazar minggu воскресенье воскресенья вс неделя недеља неділя niedziela"
    " nedele nedjelja vasarnap κυριακη"
    " 일요일 星期日 星期天 周日 日曜日 الأحد",
)
WEEKDAYS: dict[str, int] = {word: number for number, row in enumerate(_WEEKDAYS) for word in row.split()}
WEEKDAYS |= {"thu-hai": 0, "thu-ba": 1, "thu-tu": 2, "thu-nam": 3, "thu-sau": 4, "thu-bay": 5, "chu-nhat": 6}      # Vietnamese, joined by dates.py

MORNING = frozenset(_table("am a.m a.m. sa 上午 午前 오전 ص صباحا π.μ пп"))
AFTERNOON = frozenset(_table("pm p.m p.m. ch 下午 午後 오후 م مساء μ.μ"))

# Offsets in minutes. RFC 822 names first, then those in common use; where a name has several meanings, the one news agencies mean.
ZONES: dict[str, int] = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "zulu": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "met": 60, "mest": 120, "mez": 60, "mesz": 120,
    "eet": 120, "eest": 180, "sast": 120, "cat": 120, "wat": 60, "eat": 180, "msk": 180, "msd": 240, "trt": 180, "gst": 240, "irst": 210, "pkt": 300,
    "ist": 330, "npt": 345, "bdt": 360, "ict": 420, "wib": 420, "wita": 480, "wit": 540, "hkt": 480, "sgt": 480, "myt": 480, "pht": 480, "awst": 480,
    "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "ast": -240, "adt": -180, "nst": -210, "brt": -180, "art": -180, "clt": -240, "cot": -300, "pet": -300, "vet": -240,
    "et": -300, "pt": -480, "мск": 180,
}
