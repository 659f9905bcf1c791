"""Chinese, in both scripts: matched on simplified characters."""

from functools import cache

from keepwell.listening.languages import Language, lines


@cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


def folded(text: str) -> str:
    """Traditional characters as simplified ones; the length may not change, so it is done a character at a time."""
    convert = _converter().convert  # type: ignore[attr-defined]  # opencc comes without types
    whole = str(convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one := str(convert(char))) == 1 else char for char in text)


LANGUAGE = Language(
    code="zh",
    characters=True,
    stop=lines("的,了,一家,一下,我们,你们,贵司,这个,那个,这份,对,与,和,在,是,把,被,该,本,再"),
    nots=lines("没有必要,没必要,不打算,不会,不想,不要,不是,并没有,并非,并不,没有,没,不,未曾,从未,从没,从来没有,从来没,未,别,无意,"
               "无需,不需要,不用,不值得,绝不,绝对不,无,不算,无法,无须,不必,避免,从来不,不能,不能说,不会说,没有什么,毫无,"
               "谈不上,说不上"),
    nobody=lines("没人,没有人,无人,没有一个人,没谁,谁都没,谁也没,没有一家,无一人"),
    nones=lines("没有,没,无,未见,不见,毫无,没什么,没有什么,没看到,没有看到,未,缺乏"),
    after=lines("绝无可能,不可能,是假的,假的,并非事实,不是事实,不属实,没有的事,否决,没这回事,没有这回事,是谣言,免谈,不存在,"
                "是不对的,不对,不是真的,不必了,就不必,没有这种事"),
    inverse=lines("否认,拒绝,避免,怀疑,难以,很难,不难"),
    idle=lines("毫不犹豫,毫不迟疑,毫无保留,毫无疑问,无条件,无疑,不假思索,从不间断,为什么不,何不,怎么不,没多久,没几天,没过多久,没想到,没有想到,想不到,能不能,会不会,是不是,要不要,"
               "有没有,可不可以,对不对,好不好,"
               "不只,不仅,不但,不光,没问题,不过,不错,不少,不同,不好意思,差不多,没想到,没话说,不断,不久,不管,不论,无论,不得了,"
               "没关系,不如,不用再演示"),
    double=lines("不能不,不得不,无不,不可不,没有不"),
    ceasing=(),
    answers=lines("没有的事,没有,不,没这回事,不是,哪有,怎么会,不会,没有啦,哪里,当然没有,当然不"),
    matrix=lines("谁也没说,并不是说,并非说,不代表,不等于,不意味着,没人提过,没有人提过,不是因为,并不是因为,不是为了,没人说,没有人说,没有人认为,没人认为,不是说,没说,不觉得,不认为,"
                 "不会说,不能说,没有人决定,没人能说,没有人能说,"
                 "我没说,谁说"),
    contrast=lines("但是,但,可是,不过,然而,而是,却,只是,就是"),
    breaks=lines("但是,可是,因为,所以,不过,如果,要是,而是"),
    asides=lines("嗯,呃,那个,就是,怎么说,怎么说呢,真的,说实话,老实说,老实讲,说真的,其实,对我们"),
    subjects=lines("我,你,他,她,它,您,我们,你们,他们,请,这,那,也,可以,下周,贵"),
    conditions=lines("如果,要是,万一,的话,若,假如,倘若,只要,除非,一旦,再这样下去,再不"),
    questions=lines("吗,呢,能不能,是不是,会不会,有没有,为什么,怎么,什么时候,哪,多少,几,要不要,可不可以"),
    reports=lines("听说,据说,他们说,跟我说,告诉我,说是,反映,董事会觉得,通知大家,主管叫,团队说,的意思是,有人提,跟你们提过,传闻,"
                  "的人说,说对,我说过,说要,表示"),
    polite=lines("不觉得,难道不,不会觉得,是不是,能不能,会不会,要不要,有没有,满不满"),
    shields=lines("满不满,想要求,一定会,创新,更新,革新,董事会,工会,公会,开会,会议,机会,不会用,理解,约束,用心,用户,用品,费用,采用,作用,"
                  "信用,应用,层面,效果然,打折扣,特别注意,太仓,贵宾,太阳,太太,感谢,宝贵,贵司,贵公司,贵方,意向,满意度,满意向,"
                  "预算表,预算会议,合同号,服务台,工作服务,服务必,供应商列表,供应商门户,对手机,折扣码,推荐设置,推荐的,你们会推荐,您会推荐,你会推荐,会推荐哪,会推荐什么,"
                  "主要,重要,需要求,要求,只要,不要,过去,通过,经过,过来,不过,度过,超过,过年,报价模板,慢慢,慢一点,"
                  "没人接,优惠券,交换,换行,换句话,会计,用完,用餐,使用率,换货,换手机,续航"),
    gap=8, turned=8, reach=10, back=0, near=8,
    fold=folded,
)  # fmt: skip
